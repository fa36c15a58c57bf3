import { keepPreviousData } from '@tanstack/react-query';
import { useDeferredValue, useId, useState } from 'react';
import { api } from '@/shared/api/client';
import { classes } from '@/shared/ui/classes';
import { Field, Input } from '@/shared/ui/Field';
import { Formula } from '@/shared/ui/Formula';
import { Async, SkeletonRows } from '@/shared/ui/states';

/**
 * The material that something is of: one that is there, that of the structure it starts from, or a new one;
 * without a name that gets its formula.
 */
export type MaterialOf = { kind: 'known'; id: string } | { kind: 'same' } | { kind: 'new'; name: string };

/** What the API takes for it. */
export function materialFields(material: MaterialOf): { material_id?: string; name?: string } {
  if (material.kind === 'known') return { material_id: material.id };
  return material.kind === 'new' ? { name: material.name.trim() || undefined } : {};
}

/** Null while it is to be one that is there, and none has been chosen. */
export type MaterialChosen = MaterialOf | null;

const WORDS = { same: 'That of the structure', new: 'A new material', known: 'One that is there' };
const FIRST: Record<keyof typeof WORDS, MaterialChosen> = {
  same: { kind: 'same' },
  new: { kind: 'new', name: '' },
  known: null,
};

/** `<MaterialChoice value={material} onChange={setMaterial} />` */
export function MaterialChoice({
  value,
  onChange,
  usual = 'its formula',
  hasSame = false,
}: {
  value: MaterialChosen;
  onChange: (value: MaterialChosen) => void;
  /** What a new material is called when no name is given. */
  usual?: string;
  /** Whether it can be that of the structure it starts from. */
  hasSame?: boolean;
}) {
  const group = useId();
  const wanted = value?.kind ?? 'known';
  const kinds = (['same', 'new', 'known'] as const).filter((kind) => kind !== 'same' || hasSame);
  return (
    <fieldset className="flex min-w-0 flex-col gap-3">
      <legend className="mb-2 text-sm font-medium">Material</legend>
      <div className="flex flex-wrap gap-x-5 gap-y-2 text-sm">
        {kinds.map((one) => (
          <label key={one} className="inline-flex items-center gap-2 pointer-coarse:min-h-11">
            <input
              type="radio"
              name={group}
              checked={wanted === one}
              onChange={() => onChange(FIRST[one])}
              className="size-4 accent-accent"
            />
            {WORDS[one]}
          </label>
        ))}
      </div>
      {value?.kind === 'new' && (
        <Field label="Name" optional hint={`Without one it is called by ${usual}.`}>
          <Input
            value={value.name}
            maxLength={200}
            onChange={(event) => onChange({ kind: 'new', name: event.target.value })}
          />
        </Field>
      )}
      {wanted === 'known' && (
        <Known
          id={value?.kind === 'known' ? value.id : undefined}
          onChange={(id) => onChange({ kind: 'known', id })}
        />
      )}
    </fieldset>
  );
}

function Known({ id, onChange }: { id: string | undefined; onChange: (id: string) => void }) {
  const [text, setText] = useState('');
  const group = useId();
  const asked = useDeferredValue(text.trim());
  const found = api.useQuery(
    'get',
    '/api/materials',
    { params: { query: { text: asked || undefined, limit: 8 } } },
    { placeholderData: keepPreviousData },
  );
  const chosen = api.useQuery(
    'get',
    '/api/materials/{material_id}',
    { params: { path: { material_id: id ?? '' } } },
    { enabled: id !== undefined },
  );
  return (
    <div className="flex min-w-0 flex-col gap-2">
      <Input
        aria-label="Find a material"
        placeholder="Find by name, formula or tag"
        value={text}
        maxLength={200}
        onChange={(event) => setText(event.target.value)}
      />
      <div
        role="radiogroup"
        aria-label="Materials"
        className="max-h-44 overflow-y-auto rounded-md border border-line"
      >
        <Async query={found} loading={<SkeletonRows rows={2} />}>
          {({ items }) => {
            const isListed = items.some((one) => one.material_id === id);
            const rows = chosen.data && !isListed ? [chosen.data, ...items] : items;
            if (rows.length === 0)
              return <p className="px-3 py-2 text-sm text-muted">No material is like that.</p>;
            return rows.map((one) => (
              <label
                key={one.material_id}
                className={classes(
                  'flex min-w-0 cursor-pointer items-center gap-2.5 px-3 py-1.5 text-sm hover:bg-hover pointer-coarse:min-h-11',
                  one.material_id === id && 'bg-accent-soft',
                )}
              >
                <input
                  type="radio"
                  name={group}
                  checked={one.material_id === id}
                  onChange={() => onChange(one.material_id)}
                  className="size-4 shrink-0 accent-accent"
                />
                <span dir="auto" title={one.name} className="min-w-0 grow truncate">
                  {one.name}
                </span>
                {one.formula && (
                  <span className="max-w-32 shrink-0 truncate text-muted">
                    <Formula>{one.formula}</Formula>
                  </span>
                )}
              </label>
            ));
          }}
        </Async>
      </div>
    </div>
  );
}
