import { Table2, X } from 'lucide-react';
import { useEffect, useState } from 'react';
import { api } from '@/shared/api/client';
import { Button, IconButton } from '@/shared/ui/Button';
import { Dialog } from '@/shared/ui/Dialog';
import { Input, Select } from '@/shared/ui/Field';
import { PeriodicTable } from '@/shared/ui/PeriodicTable';
import { SOURCES } from '../structure';
import type { Filters as Values } from './useFilters';

const FORMATS = ['CIF', 'POSCAR', 'XYZ', 'internal'];
const DIMENSIONS = ['0D', '1D', '2D', '3D'];

/** What the list is narrowed by. */
export function Filters({ value, onChange }: { value: Values; onChange: (changes: Values) => void }) {
  const isFiltered = Object.keys(value).length > 0;
  return (
    <div role="search" aria-label="Filter structures" className="flex flex-wrap items-center gap-2">
      <Text
        label="Formula"
        example="SiO2"
        value={value.formula}
        onChange={(formula) => onChange({ formula })}
      />
      <Elements value={value.elements} onChange={(elements) => onChange({ elements })} />
      <Text
        label="Space group"
        example="Fm-3m (225)"
        value={value.space_group}
        onChange={(space_group) => onChange({ space_group })}
      />
      <Choice
        label="Source"
        options={Object.entries(SOURCES)}
        value={value.source}
        onChange={(source) => onChange({ source })}
      />
      <Choice
        label="Dimensions"
        options={DIMENSIONS.map((word, index) => [String(index), word])}
        value={value.dimensionality}
        onChange={(dimensionality) => onChange({ dimensionality })}
      />
      <Choice
        label="Format"
        options={FORMATS.map((word) => [word, word === 'internal' ? 'None (built)' : word])}
        value={value.format}
        onChange={(format) => onChange({ format })}
      />
      {value.material && (
        <OfMaterial id={value.material} onRemove={() => onChange({ material: undefined })} />
      )}
      {isFiltered && (
        <Button
          kind="quiet"
          size="s"
          onClick={() => onChange(Object.fromEntries(Object.keys(value).map((name) => [name, undefined])))}
        >
          Clear filters
        </Button>
      )}
    </div>
  );
}

/** [ms] After the last key, so that not every letter is asked for. */
const PAUSE = 350;

function Text({
  label,
  example,
  value = '',
  onChange,
}: {
  label: string;
  example: string;
  value?: string;
  onChange: (value: string | undefined) => void;
}) {
  const [typed, setTyped] = useState({ text: value, from: value });
  if (typed.from !== value) setTyped({ text: value, from: value });
  useEffect(() => {
    if (typed.text.trim() === value) return;
    const timer = setTimeout(() => onChange(typed.text.trim() || undefined), PAUSE);
    return () => clearTimeout(timer);
  }, [typed.text, value, onChange]);
  return (
    <Input
      aria-label={label}
      placeholder={`${label}, as ${example}`}
      value={typed.text}
      maxLength={200}
      className="w-auto! min-w-36 grow basis-36 sm:max-w-56"
      onChange={(event) => setTyped({ text: event.target.value, from: value })}
    />
  );
}

function Choice({
  label,
  options,
  value = '',
  onChange,
}: {
  label: string;
  options: [string, string][];
  value?: string;
  onChange: (value: string | undefined) => void;
}) {
  return (
    <Select
      aria-label={label}
      value={value}
      className="w-auto!"
      onChange={(event) => onChange(event.target.value || undefined)}
    >
      <option value="">{label}: any</option>
      {options.map(([key, word]) => (
        <option key={key} value={key}>
          {word}
        </option>
      ))}
    </Select>
  );
}

function Elements({
  value = '',
  onChange,
}: {
  value?: string;
  onChange: (value: string | undefined) => void;
}) {
  const [open, setOpen] = useState(false);
  const chosen = value.split(',').filter(Boolean);
  return (
    <>
      <Button icon={Table2} className="h-9" onClick={() => setOpen(true)}>
        <span className="max-w-40 truncate">
          {chosen.length > 0 ? `With ${chosen.join(', ')}` : 'Elements'}
        </span>
      </Button>
      <Dialog
        open={open}
        onOpenChange={setOpen}
        wide
        title="Elements"
        description="Structures that have all of those chosen."
        footer={
          <>
            <Button kind="quiet" disabled={chosen.length === 0} onClick={() => onChange(undefined)}>
              Any elements
            </Button>
            <Button kind="primary" onClick={() => setOpen(false)}>
              Done
            </Button>
          </>
        }
      >
        <PeriodicTable value={chosen} onChange={(symbols) => onChange(symbols.join(',') || undefined)} />
      </Dialog>
    </>
  );
}

function OfMaterial({ id, onRemove }: { id: string; onRemove: () => void }) {
  const { data } = api.useQuery('get', '/api/materials/{material_id}', {
    params: { path: { material_id: id } },
  });
  const name = data?.name ?? id.slice(0, 8);
  return (
    <span className="inline-flex h-9 max-w-64 min-w-0 items-center gap-1 rounded-md bg-accent-soft pr-1 pl-3 text-sm text-accent-text">
      <span dir="auto" title={name} className="truncate">
        Of {name}
      </span>
      <IconButton size="s" label="Of any material" icon={X} onClick={onRemove} />
    </span>
  );
}
