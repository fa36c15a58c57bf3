import { useRouter } from 'next/router';
import { useCallback, useMemo } from 'react';
import type { ListParams } from '@/shared/api/list';

type Query = NonNullable<ListParams<'/api/structures'>['query']>;

/** The filters as they stand in the address. */
export type Filters = {
  formula?: string;
  elements?: string;
  source?: string;
  format?: string;
  space_group?: string;
  dimensionality?: string;
  material?: string;
};
const NAMES = [
  'formula',
  'elements',
  'source',
  'format',
  'space_group',
  'dimensionality',
  'material',
] as const;

/** The filters in the address, and a function that changes some of them. */
export function useFilters(): [Filters, (changes: Filters) => void] {
  const router = useRouter();
  const { query, pathname } = router;
  const filters = useMemo(
    () =>
      Object.fromEntries(
        NAMES.flatMap((name) =>
          typeof query[name] === 'string' && query[name] !== '' ? [[name, query[name]]] : [],
        ),
      ) as Filters,
    [query],
  );
  const change = useCallback(
    (changes: Filters) => {
      const kept = Object.entries({ ...filters, ...changes }).filter(([, value]) => value);
      void router.replace({ pathname, query: Object.fromEntries(kept) }, undefined, { shallow: true });
    },
    [filters, pathname, router],
  );
  return [filters, change];
}

/** What the API is asked; a value that it does not know is for it to refuse. */
export function queryOf({ source, dimensionality, material, ...same }: Filters): Query {
  return {
    ...same,
    origin: source,
    dimensionality: dimensionality === undefined ? undefined : Number(dimensionality),
    material_id: material,
    limit: 100,
  } as Query;
}
