import type { components } from '@/shared/api/schema';
import { ApiError } from '@/shared/api/errors';
import type { Workflow } from '../job';
import type { Json, Setting } from './setting';

export type Protocol = components['schemas']['Protocol'];
export type Values = Record<string, Json>;
/** The value that a setting has when nobody changes it, and what says so. */
export type Default = { value: Json | undefined; from: 'template' | 'protocol' | 'default' };

/** The tasks that a workflow asks of its engine; those of a single simulation are a setting. */
const TASKS: Record<Workflow, string[]> = {
  relax: ['relax', 'relax_cell'],
  eos: ['relax'],
  elastic: ['relax', 'relax_cell'],
  bands: [],
  md: ['md'],
  phonons: [],
  vacancy: ['relax', 'path'],
  conductivity: ['md', 'heat_flux'],
  melting: ['md'],
  surfaces: ['relax', 'relax_cell'],
  expansion: ['relax', 'relax_cell'],
  simulation: [],
};

/** Without which task an engine cannot run a workflow. */
export const NEEDED: Partial<Record<Workflow, 'relax_cell' | 'md' | 'heat_flux'>> = {
  md: 'md',
  melting: 'md',
  conductivity: 'heat_flux',
  relax: 'relax_cell',
  elastic: 'relax_cell',
};

/** What a setting is when nobody changes it: that of the template, else of the protocol, else of the engine. */
export function defaultOf(setting: Setting, template: Values, protocol: Protocol | undefined): Default {
  const given = (setting.of === 'workflow' ? protocol?.inputs : protocol?.parameters) as Values | undefined;
  const own = setting.of === 'engine' ? template[setting.name] : undefined;
  if (own !== undefined) return { value: own, from: 'template' };
  if (given?.[setting.name] !== undefined) return { value: given[setting.name], from: 'protocol' };
  return { value: setting.default, from: 'default' };
}

/** What would be sent: the changes that change something. */
export function settingsToSend(
  settings: Setting[],
  changes: Values,
  defaults: Record<string, Default>,
): Values {
  const changed = settings.filter(
    ({ name }) => name in changes && !isSame(changes[name], defaults[name]?.value),
  );
  return Object.fromEntries(changed.map(({ name }) => [name, changes[name] ?? null]));
}

/** Changes without those that a protocol says otherwise: who takes another one wants its values. */
export function withoutThoseOf(protocol: Protocol, changes: Values): Values {
  const said = { ...protocol.inputs, ...protocol.parameters };
  return Object.fromEntries(Object.entries(changes).filter(([name]) => !(name in said)));
}

/** The protocol that a job was made with, as far as its settings tell: all that it says is in them. */
export function protocolOf(protocols: Protocol[], settings: Values): Protocol | undefined {
  const fits = (one: Protocol) =>
    Object.entries({ ...one.parameters, ...one.inputs }).every(([name, value]) =>
      isSame(settings[name], value as Json),
    );
  return protocols.find(fits) ?? protocols[0];
}

export function isSame(one: Json | undefined, other: Json | undefined): boolean {
  return JSON.stringify(one ?? null) === JSON.stringify(other ?? null);
}

/** Whether a setting matters to what is asked for. */
export function matters(setting: Setting, workflow: Workflow, task: Json | undefined): boolean {
  if (setting.name === 'task') return workflow === 'simulation';
  const tasks = workflow === 'simulation' ? [task] : TASKS[workflow];
  return setting.tasks.length === 0 || setting.tasks.some((one) => tasks.includes(one));
}

/** What an answer says of each setting: its places, or the names in its words. */
export function settingErrors(error: unknown, names: string[]): Record<string, string> {
  if (!(error instanceof ApiError)) return {};
  const found: Record<string, string> = {};
  for (const name of names) {
    const placed = error.errors.find((one) => one.where === `body.settings.${name}`);
    const said = new RegExp(`(?:^|[\\s;:.])${name}: ([^;]+)`).exec(error.detail);
    const message = placed?.message ?? said?.[1];
    if (message !== undefined) found[name] = message;
  }
  return found;
}
