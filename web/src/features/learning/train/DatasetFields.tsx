import { messageOf } from '@/shared/api/errors';
import { Field, Input, Select } from '@/shared/ui/Field';
import { Link } from '@/shared/ui/Link';
import { type DatasetRow, inWords } from '../learning';
import type { Draft } from './useTraining';

/** What a model learns from, and what it is called. */
export function DatasetFields({
  datasets,
  draft,
  errors,
}: {
  datasets: DatasetRow[];
  draft: Draft;
  errors: Record<string, string>;
}) {
  const { chosen, dataset, missing } = draft;
  const isListed = datasets.some((one) => one.uuid === dataset);
  return (
    <>
      <div className="grid gap-x-6 gap-y-4 sm:grid-cols-2">
        <Field
          label="Learn from"
          error={errors.dataset ?? (missing && messageOf(missing))}
          hint={chosen && aboutOf(chosen)}
        >
          <Select value={dataset} onChange={(event) => draft.setDataset(event.target.value)}>
            {!isListed && <option value={dataset}>{chosen?.name ?? dataset}</option>}
            {datasets.map((one) => (
              <option key={one.uuid} value={one.uuid}>
                {one.name.slice(0, 80)}
              </option>
            ))}
          </Select>
        </Field>
        <Field label="Name of the model" error={errors.name} optional>
          <Input
            maxLength={200}
            value={draft.name}
            placeholder={draft.usual}
            onChange={(event) => draft.setName(event.target.value)}
          />
        </Field>
      </div>
      <p className="mt-3 text-sm text-muted">
        Another one? <Link href="/ml/datasets?new">Make a data set</Link> of results or of a published file.
      </p>
    </>
  );
}

function aboutOf({ count, target, unit }: DatasetRow): string {
  return `${count.toLocaleString('en')} structures with ${inWords(target)}${unit && ` in ${unit}`}`;
}
