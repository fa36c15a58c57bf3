import { useEngines } from '@/features/jobs/job';
import { Field, Select } from '@/shared/ui/Field';

/** An engine, or none. */
export function EngineChoice({
  value,
  error,
  hint,
  none,
  onChange,
}: {
  value: string;
  error: string | undefined;
  hint: string;
  none: string;
  onChange: (engine: string) => void;
}) {
  const engines = useEngines();
  return (
    <Field label="Engine" error={error} hint={hint}>
      <Select value={value} onChange={(event) => onChange(event.target.value)}>
        <option value="">{none}</option>
        {engines.data?.map((engine) => (
          <option key={engine.name} value={engine.name}>
            {engine.label}
          </option>
        ))}
      </Select>
    </Field>
  );
}
