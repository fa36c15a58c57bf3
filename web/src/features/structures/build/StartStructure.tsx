import { keepPreviousData } from '@tanstack/react-query';
import { useDeferredValue, useId, useState } from 'react';
import { api } from '@/shared/api/client';
import { Button } from '@/shared/ui/Button';
import { Input } from '@/shared/ui/Field';
import { Formula } from '@/shared/ui/Formula';
import { Link } from '@/shared/ui/Link';
import { Async, SkeletonRows } from '@/shared/ui/states';
import { TimeAgo } from '@/shared/ui/TimeAgo';
import { nameOf, type Structure } from '../structure';

/** The structure that a builder starts from. */
export function ChosenStart({ structure, onChange }: { structure: Structure; onChange: () => void }) {
  return (
    <div className="flex min-w-0 items-center gap-3 rounded-md bg-sunken px-3 py-2 text-sm">
      <span className="text-muted">From</span>
      <Link href={`/structures/${structure.uuid}`} title={nameOf(structure)} className="min-w-0 truncate">
        <Formula>{nameOf(structure)}</Formula>
      </Link>
      <span className="shrink-0 text-xs text-muted tabular">
        {structure.symbols.length.toLocaleString('en')} atoms
      </span>
      <Button size="s" kind="quiet" className="ml-auto" onClick={onChange}>
        Change
      </Button>
    </div>
  );
}

/** Choose it among the newest, or by formula. */
export function ChooseStart({ onChoose }: { onChoose: (uuid: string) => void }) {
  const [formula, setFormula] = useState('');
  const group = useId();
  const asked = useDeferredValue(formula.trim());
  const found = api.useQuery(
    'get',
    '/api/structures',
    { params: { query: { formula: asked || undefined, limit: 12 } } },
    { placeholderData: keepPreviousData },
  );
  return (
    <div className="flex flex-col gap-2">
      <p className="text-sm font-medium">Start from</p>
      <Input
        aria-label="Find a structure by its formula"
        placeholder="Formula, as SiO2"
        value={formula}
        maxLength={200}
        onChange={(event) => setFormula(event.target.value)}
      />
      <div
        role="radiogroup"
        aria-label="Structures"
        className="max-h-72 overflow-y-auto rounded-md border border-line"
      >
        <Async query={found} loading={<SkeletonRows rows={4} />}>
          {({ items }) =>
            items.length === 0 ? (
              <p className="px-3 py-2 text-sm text-muted">
                {asked
                  ? `No structure has the formula ${asked}.`
                  : 'There are no structures yet: build or upload one.'}
              </p>
            ) : (
              items.map((row) => (
                <label
                  key={row.uuid}
                  className="flex cursor-pointer items-center gap-2.5 px-3 py-1.5 text-sm hover:bg-hover pointer-coarse:min-h-11"
                >
                  <input
                    type="radio"
                    name={group}
                    onChange={() => onChoose(row.uuid)}
                    className="size-4 shrink-0 accent-accent"
                  />
                  <span title={nameOf(row)} className="min-w-0 grow truncate">
                    <Formula>{nameOf(row)}</Formula>
                  </span>
                  <span className="shrink-0 text-xs text-muted tabular">
                    {row.number_of_atoms?.toLocaleString('en')} atoms · <TimeAgo time={row.created} />
                  </span>
                </label>
              ))
            )
          }
        </Async>
      </div>
    </div>
  );
}
