import { FileSpreadsheet } from 'lucide-react';
import { useId, useState } from 'react';
import { megabytes } from '@/features/groups/download';
import { send } from '@/shared/api/client';
import { errorOf } from '@/shared/api/errors';
import { classes } from '@/shared/ui/classes';
import { Field, Input } from '@/shared/ui/Field';
import type { DatasetDetail } from '../learning';
import { columnsOf } from './fileColumns';

type Given = { file: File | null; target: string; unit: string; structure: string; name: string };
export const EMPTY_FILE: Given = { file: null, target: '', unit: '', structure: '', name: '' };

/** [bytes] Larger files are not read here to offer their columns. */
const MOST_READ = 30e6;

/** Send the file and what goes with it. */
export async function uploadFile({ file, ...fields }: Given): Promise<DatasetDetail> {
  const form = new FormData();
  if (file) form.append('file', file);
  for (const [name, value] of Object.entries(fields)) if (value.trim()) form.append(name, value.trim());
  const answer = await send(new Request('/api/ml/datasets/upload', { method: 'POST', body: form }));
  if (!answer.ok) throw await errorOf(answer);
  return (await answer.json()) as DatasetDetail;
}

/** A file of a data set, and which of its columns is what. */
export function FileFields({
  value,
  errors,
  onChange,
}: {
  value: Given;
  errors: Record<string, string>;
  onChange: (value: Given) => void;
}) {
  const id = useId();
  const [columns, setColumns] = useState<string[]>([]);
  const set = (changes: Partial<Given>) => onChange({ ...value, ...changes });
  const choose = async (file: File | undefined) => {
    if (!file) return;
    set({ file });
    setColumns([]);
    const text = /\.csv$/i.test(file.name) ? file.slice(0, 65_536) : file;
    if (text.size <= MOST_READ) setColumns(columnsOf(file.name, await text.text()));
  };
  return (
    <div className="flex flex-col gap-4">
      <Drop file={value.file} onFile={(file) => void choose(file)} />
      <datalist id={id}>
        {columns.map((column) => (
          <option key={column} value={column} />
        ))}
      </datalist>
      <div className="grid gap-x-6 gap-y-4 sm:grid-cols-2">
        <Field
          label="Column of the target"
          error={errors.target}
          hint={
            columns.length > 0
              ? `the file has ${columns.slice(0, 8).join(', ')}${columns.length > 8 ? ', …' : ''}`
              : 'the number that is to be learnt'
          }
        >
          <Input list={id} value={value.target} onChange={(event) => set({ target: event.target.value })} />
        </Field>
        <Field
          optional
          label="Unit of the target"
          error={errors.unit}
          hint="empty: that of the column “unit”, where there is one"
        >
          <Input
            value={value.unit}
            placeholder="GPa"
            onChange={(event) => set({ unit: event.target.value })}
          />
        </Field>
        <Field
          optional
          label="Column of the structures"
          error={errors.structure}
          hint="empty: structure, cif or atoms"
        >
          <Input
            list={id}
            value={value.structure}
            onChange={(event) => set({ structure: event.target.value })}
          />
        </Field>
        <Field optional label="Name of the data set" error={errors.name} hint="empty: that of the file">
          <Input value={value.name} maxLength={200} onChange={(event) => set({ name: event.target.value })} />
        </Field>
      </div>
    </div>
  );
}

function Drop({ file, onFile }: { file: File | null; onFile: (file: File | undefined) => void }) {
  const [isOver, setOver] = useState(false);
  return (
    <label
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        event.preventDefault();
        setOver(false);
        onFile(event.dataTransfer.files[0]);
      }}
      className={classes(
        'flex cursor-pointer flex-col items-center gap-1.5 rounded-lg border border-dashed px-4 py-6 text-center text-sm transition-colors has-focus-visible:outline-2 has-focus-visible:outline-accent',
        isOver ? 'border-accent bg-accent-soft' : 'border-line-strong hover:bg-hover',
      )}
    >
      <FileSpreadsheet aria-hidden size={22} className="text-muted" />
      <span dir="auto" className="max-w-full truncate font-medium">
        {file ? file.name : 'Choose a file, or drop it here'}
      </span>
      <span className="text-xs text-muted">
        {file ? megabytes(file.size) : 'JSON of pymatgen or matminer, also .gz; or CSV with a column of CIFs'}
      </span>
      <input
        type="file"
        accept=".json,.csv,.gz,application/json,text/csv"
        aria-label="File of the data set"
        className="sr-only"
        onChange={(event) => onFile(event.target.files?.[0])}
      />
    </label>
  );
}
