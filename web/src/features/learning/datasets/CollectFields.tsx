import { useId } from 'react';
import { type Workflow, WORKFLOWS } from '@/features/jobs/job';
import { client } from '@/shared/api/client';
import { Field, Input, Select } from '@/shared/ui/Field';
import type { DatasetDetail } from '../learning';
import { EngineChoice } from './EngineChoice';

type Given = { name: string; workflow: Workflow; quantity: string; unit: string; engine: string };
export const EMPTY_COLLECT: Given = {
  name: '',
  workflow: 'eos',
  quantity: 'eos.bulk_modulus',
  unit: 'GPa',
  engine: '',
};

/** Quantities that workflows find, with their units: offered, others can be written. */
const QUANTITIES: Partial<Record<Workflow, [string, string][]>> = {
  eos: [
    ['eos.bulk_modulus', 'GPa'],
    ['eos.volume', 'Å³'],
    ['eos.energy', 'eV'],
  ],
};

/** Make a data set of the jobs that ended well. */
export async function collect({ engine, ...given }: Given): Promise<DatasetDetail> {
  const { data } = await client.POST('/api/ml/datasets', { body: { ...given, engine: engine || null } });
  if (data === undefined) throw new Error('The API answered without a data set.');
  return data;
}

/** Which jobs, and which quantity of their results. */
export function CollectFields({
  value,
  errors,
  onChange,
}: {
  value: Given;
  errors: Record<string, string>;
  onChange: (value: Given) => void;
}) {
  const id = useId();
  const set = (changes: Partial<Given>) => onChange({ ...value, ...changes });
  const known = QUANTITIES[value.workflow] ?? [];
  return (
    <div className="grid gap-x-6 gap-y-4 sm:grid-cols-2">
      <Field label="Name of the data set" error={errors.name}>
        <Input value={value.name} maxLength={200} onChange={(event) => set({ name: event.target.value })} />
      </Field>
      <Field label="Of which jobs" error={errors.workflow} hint="all that you see and that ended well">
        <Select
          value={value.workflow}
          onChange={(event) => {
            const workflow = event.target.value as Workflow;
            const [quantity, unit] = QUANTITIES[workflow]?.[0] ?? ['', ''];
            set({ workflow, quantity, unit });
          }}
        >
          {Object.entries(WORKFLOWS).map(([name, { word }]) => (
            <option key={name} value={name}>
              {word}
            </option>
          ))}
        </Select>
      </Field>
      <Field
        label="Quantity"
        error={errors.quantity}
        hint="OUTPUT.QUANTITY as the Results of a job have them, as in eos.bulk_modulus"
      >
        <Input
          list={id}
          value={value.quantity}
          onChange={({ target }) => {
            const unit = known.find(([name]) => name === target.value)?.[1];
            set({ quantity: target.value, ...(unit === undefined ? {} : { unit }) });
          }}
        />
      </Field>
      <datalist id={id}>
        {known.map(([name]) => (
          <option key={name} value={name} />
        ))}
      </datalist>
      <Field label="Its unit" error={errors.unit} hint="results in another unit are left out">
        <Input value={value.unit} maxLength={50} onChange={(event) => set({ unit: event.target.value })} />
      </Field>
      <EngineChoice
        value={value.engine}
        error={errors.engine}
        hint="results of several engines do not fit each other"
        none="Any engine"
        onChange={(engine) => set({ engine })}
      />
    </div>
  );
}
