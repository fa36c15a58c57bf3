import type { components } from '@/shared/api/schema';
import { Field, Select } from '@/shared/ui/Field';
import { type ChainStep, inWords } from './chain';

type Template = components['schemas']['TemplateRow'];
type Engine = components['schemas']['Engine'];

/** The engine of a step: that of the chain, or another template. */
export function EngineOfStep({
  step,
  templates,
  engines,
  chosen,
  error,
  onChange,
}: {
  step: ChainStep;
  templates: Template[];
  engines: Engine[];
  chosen: string | undefined;
  error: string | undefined;
  onChange: (template: string | undefined) => void;
}) {
  const now = templates.find((one) => one.uuid === chosen);
  const engine = engines.find((one) => one.name === (now?.engine ?? step.engine));
  return (
    <Field
      label={<span className="inline-block first-letter:uppercase">{inWords(step.label)}</span>}
      hint={engine && hintOf(engine)}
      error={error}
    >
      <Select value={chosen ?? ''} onChange={(event) => onChange(event.target.value || undefined)}>
        <option value="">{`${step.template} (of the chain)`}</option>
        {engines.map((one) => {
          const own = templates.filter((each) => each.engine === one.name && canTake(one, step));
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
  );
}

function hintOf({ label, scale }: Engine): string {
  return scale === 'testing' ? `${label}: its numbers are of no real material` : label;
}

/** Whether an engine has the parameters that a step takes from others and sets. */
function canTake(engine: Engine, step: ChainStep): boolean {
  const known = (engine.parameters.properties ?? {}) as Record<string, unknown>;
  return step.takes.every(({ parameter }) => parameter in known);
}
