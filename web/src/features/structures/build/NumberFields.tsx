import { Plus, X } from 'lucide-react';
import { useState } from 'react';
import { Button, IconButton } from '@/shared/ui/Button';
import { Input, NumberWithUnit } from '@/shared/ui/Field';

type Numbers = {
  label: string;
  value: (number | null)[];
  onChange: (value: (number | null)[]) => void;
  count: number;
};

/** A fixed count of numbers, side by side. */
export function NumberRow({ label, value, onChange, count }: Numbers) {
  return (
    <div role="group" aria-label={label} className="flex gap-2">
      {Array.from({ length: count }, (_, index) => (
        <Input
          key={index}
          id={index === 0 ? undefined : `${label}-${index}`}
          aria-label={`${label}, ${index + 1} of ${count}`}
          type="number"
          step="any"
          value={value[index] ?? ''}
          className="tabular"
          onChange={({ target }) => {
            const next = Array.from({ length: count }, (__, at) => value[at] ?? null);
            next[index] = Number.isNaN(target.valueAsNumber) ? null : target.valueAsNumber;
            onChange(next);
          }}
        />
      ))}
    </div>
  );
}

/** Any count of numbers, in one line. */
export function NumberList({ value, onChange }: Numbers) {
  const [typed, setTyped] = useState({ text: value.join(', '), means: value });
  const isOther = JSON.stringify(typed.means) !== JSON.stringify(value);
  if (isOther) setTyped({ text: value.join(', '), means: value });
  return (
    <Input
      inputMode="text"
      value={typed.text}
      placeholder="numbers, with commas between"
      className="tabular"
      onChange={({ target }) => {
        const words = target.value.split(/[\s,;]+/).filter(Boolean);
        const means = words.map((word) => (Number.isNaN(Number(word)) ? null : Number(word)));
        setTyped({ text: target.value, means });
        onChange(means);
      }}
    />
  );
}

/** Numbers with names of their own: facets and their energies. */
export function NamedNumbers({
  label,
  unit,
  value,
  onChange,
}: {
  label: string;
  unit: string;
  value: Record<string, number | null>;
  onChange: (value: Record<string, number | null>) => void;
}) {
  // Rows of their own: the keys of an object have an order of their own, and may not be there twice.
  const [rows, setRows] = useState(() => Object.entries(value));
  const change = (next: [string, number | null][]) => {
    setRows(next);
    onChange(Object.fromEntries(next));
  };
  const replace = (at: number, row: [string, number | null]) =>
    change(rows.map((one, index) => (index === at ? row : one)));
  return (
    <div role="group" aria-label={label} className="flex flex-col gap-2">
      {rows.map(([name, number], index) => (
        <div key={index} className="flex items-center gap-2">
          <Input
            id={index === 0 ? undefined : `${label}-${index}-name`}
            aria-label={`Name ${index + 1}`}
            value={name}
            maxLength={40}
            className="w-24! tabular"
            onChange={({ target }) => replace(index, [target.value, number])}
          />
          <div className="grow">
            <NumberWithUnit
              id={`${label}-${index}-value`}
              aria-label={`Value of ${name || index + 1}`}
              unit={unit}
              value={number}
              onChange={(next) => replace(index, [name, next])}
            />
          </div>
          <IconButton
            size="s"
            icon={X}
            label={`Leave out ${name || index + 1}`}
            disabled={rows.length === 1}
            onClick={() => change(rows.filter((_, at) => at !== index))}
          />
        </div>
      ))}
      <Button
        size="s"
        kind="quiet"
        icon={Plus}
        className="self-start"
        onClick={() => change([...rows, ['', 1]])}
      >
        Add
      </Button>
    </div>
  );
}
