import { useMemo, useState } from 'react';
import type { components } from '@/shared/api/schema';
import type { Workflow } from '../job';
import { codesFor, NOTHING, optionsOf, resourcesOf } from './resources';
import { type Json, type Setting, wrongOf } from './setting';
import { useChoices } from './useChoices';
import type { NewJob } from './useSubmission';
import { defaultOf, matters, protocolOf, settingsToSend, type Values, withoutThoseOf } from './values';

export type Before = components['schemas']['Resubmission'];

/** A job as it is being made: what was chosen, what follows from it, and what is wrong with it. */
export function useDraft(given: {
  structures: string[];
  workflow: Workflow;
  template?: string;
  before?: Before;
}) {
  const old = given.before;
  const [structures, setStructures] = useState(given.structures);
  const [workflow, setWorkflow] = useState(given.workflow);
  const [template, setTemplate] = useState(given.template);
  const [protocolName, setProtocolName] = useState<string>();
  const [changes, setChanges] = useState<Values>((old?.settings ?? {}) as Values);
  const [resources, setResources] = useState(old ? resourcesOf(old.options) : NOTHING);
  const [label, setLabel] = useState(old?.label ?? '');
  const [asked, setCode] = useState(old?.code ?? '');
  const choices = useChoices(workflow, template);
  const settings = useMemo(() => choices.settings ?? [], [choices.settings]);
  const { protocols, parameters } = choices;
  const protocol =
    protocols.find((one) => one.name === protocolName) ??
    (old ? protocolOf(protocols, old.settings as Values) : protocols[0]);
  const defaults = useMemo(
    () => Object.fromEntries(settings.map((one) => [one.name, defaultOf(one, parameters, protocol)])),
    [settings, parameters, protocol],
  );
  const valueOf = (name: string) => (name in changes ? changes[name] : defaults[name]?.value);
  const relevant = settings.filter((one) => matters(one, workflow, valueOf('task')));
  const wrong = Object.fromEntries(
    relevant.flatMap((one) => {
      const message = wrongOf(one, valueOf(one.name));
      return message === undefined ? [] : [[one.name, message]];
    }),
  );
  const subjects = choices.engine?.evaluates === 'mesh' ? [null] : structures;
  const code = codesFor(choices).some((one) => one.uuid === asked) ? asked : '';
  return {
    structures,
    setStructures,
    /** What jobs are made of, one each; an engine for a continuum evaluates no structure. */
    subjects,
    workflow,
    setWorkflow,
    setTemplate,
    resources,
    setResources,
    label,
    setLabel,
    code,
    setCode,
    choices,
    protocol,
    defaults,
    changes,
    wrong,
    before: old && valuesBefore(old, settings, parameters),
    setProtocol: (name: string) => {
      const next = protocols.find((one) => one.name === name);
      setProtocolName(name);
      if (next) setChanges(withoutThoseOf(next, changes));
    },
    change: (name: string, value: Json) => setChanges({ ...changes, [name]: value }),
    reset: (name: string) =>
      setChanges(Object.fromEntries(Object.entries(changes).filter(([one]) => one !== name))),
    /** One request for each subject. */
    bodies: (): NewJob[] =>
      subjects.map((structure) => ({
        workflow,
        structure,
        template: choices.template?.uuid ?? '',
        protocol: (protocol?.name ?? null) as NewJob['protocol'],
        settings: settingsToSend(relevant, changes, defaults),
        label: label.trim() || null,
        code: code || null,
        options: choices.engine?.needs_code ? optionsOf(resources) : {},
      })),
  };
}

/** What each setting was in the job that is submitted again: its inputs say all that its protocol did. */
function valuesBefore(old: Before, settings: Setting[], template: Values): Values {
  const given = old.settings as Values;
  return Object.fromEntries(
    settings.map((one) => [one.name, given[one.name] ?? defaultOf(one, template, undefined).value ?? null]),
  );
}
