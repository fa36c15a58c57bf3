import { TriangleAlert } from 'lucide-react';
import { Field, Select } from '@/shared/ui/Field';
import { type Workflow, WORKFLOWS } from '../job';
import type { Choices } from './useChoices';
import { NEEDED, type Protocol } from './values';

/** The engine with its parameters, and the protocol. */
export function TemplateChoice({
  choices,
  workflow,
  protocol,
  onTemplate,
  onProtocol,
}: {
  choices: Choices;
  workflow: Workflow;
  protocol: Protocol | undefined;
  onTemplate: (uuid: string) => void;
  onProtocol: (name: string) => void;
}) {
  const { templates, engines, template, engine, protocols } = choices;
  const needed = NEEDED[workflow];
  const cannot = engine && needed && !engine.tasks.includes(needed);
  return (
    <div className="grid gap-4 sm:grid-cols-2">
      <Field
        label="Template"
        hint={template && <bdi>{template.description || 'An engine with its parameters'}</bdi>}
        error={cannot ? `${engine.label} cannot do this: take a template of another engine` : undefined}
      >
        <Select value={template?.uuid ?? ''} onChange={(event) => onTemplate(event.target.value)}>
          {engines.map((one) => {
            const own = templates.filter((each) => each.engine === one.name);
            return (
              own.length > 0 && (
                <optgroup key={one.name} label={one.label}>
                  {own.map((each) => (
                    <option key={each.uuid} value={each.uuid}>
                      {each.name.slice(0, 80)}
                    </option>
                  ))}
                </optgroup>
              )
            );
          })}
        </Select>
      </Field>
      {protocols.length > 0 && (
        <Field label="Protocol" hint={protocol?.description}>
          <Select value={protocol?.name ?? ''} onChange={(event) => onProtocol(event.target.value)}>
            {protocols.map(({ name }, at) => (
              <option key={name} value={name}>
                {at === 0 ? `${name} (default)` : name}
              </option>
            ))}
          </Select>
        </Field>
      )}
      {engine?.scale === 'testing' && (
        <p className="flex items-start gap-2 rounded-md bg-wait-soft px-3 py-2 text-xs text-wait sm:col-span-2">
          <TriangleAlert aria-hidden size={14} className="mt-px shrink-0" />
          {`${engine.label}: it answers at once, but its numbers are of no real material. Good for trying out ${WORKFLOWS[workflow].word.toLowerCase()}, nothing else.`}
        </p>
      )}
    </div>
  );
}
