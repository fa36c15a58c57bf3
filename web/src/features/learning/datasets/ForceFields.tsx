import { client } from '@/shared/api/client';
import { Field, Input } from '@/shared/ui/Field';
import type { DatasetDetail } from '../learning';
import { EngineChoice } from './EngineChoice';

type Given = { name: string; engine: string };
export const EMPTY_FORCES: Given = { name: '', engine: '' };

/** Make a data set of energies, forces and stresses of the simulations that ended well. */
export async function collectForces({ name, engine }: Given): Promise<DatasetDetail> {
  const body = { name, engine: engine || null };
  const { data } = await client.POST('/api/ml/datasets/forces', { body });
  if (data === undefined) throw new Error('The API answered without a data set.');
  return data;
}

/** What it is called, and by which engine. */
export function ForceFields({
  value,
  errors,
  onChange,
}: {
  value: Given;
  errors: Record<string, string>;
  onChange: (value: Given) => void;
}) {
  return (
    <div className="grid gap-x-6 gap-y-4 sm:grid-cols-2">
      <p className="text-sm text-muted sm:col-span-2">
        Of all simulations that you see and that ended well, those within other jobs among them: energies an
        atom [eV/atom], forces [eV/Å] and stresses [GPa]. The kind of model <code>chgnet</code> learns from
        these.
      </p>
      <Field label="Name of the data set" error={errors.name}>
        <Input
          value={value.name}
          maxLength={200}
          onChange={(event) => onChange({ ...value, name: event.target.value })}
        />
      </Field>
      <EngineChoice
        value={value.engine}
        error={errors.engine}
        hint="energies of several engines do not count from the same"
        none="That of the newest simulation"
        onChange={(engine) => onChange({ ...value, engine })}
      />
    </div>
  );
}
