import { useRouter } from 'next/router';
import type { ParsedUrlQuery } from 'node:querystring';
import { useCallback, useMemo } from 'react';
import { isStage, type Stage } from '../learning';

/** What the list of models is narrowed to; all of it is in the address, by the names of the API. */
export type Filters = { text: string; stage?: Stage; mine: boolean };

export function filtersOf(query: ParsedUrlQuery): Filters {
  const one = (name: string) => [query[name] ?? ''].flat()[0] ?? '';
  const stage = one('stage');
  return {
    text: one('text'),
    stage: isStage(stage) ? stage : undefined,
    mine: one('mine') === 'true',
  };
}

/** What an address or a request says of filters: nothing of those that are not set. */
export function queryOf({ text, stage, mine }: Filters) {
  return {
    ...(text.trim() && { text: text.trim() }),
    ...(stage && { stage }),
    ...(mine && { mine }),
  };
}

/** The filters in the address, and a function that changes some. */
export function useFilters() {
  const router = useRouter();
  const { query } = router;
  const filters = useMemo(() => filtersOf(query), [query]);
  const change = useCallback(
    (changes: Partial<Filters>) =>
      void router.replace(
        { pathname: router.pathname, query: queryOf({ ...filters, ...changes }) },
        undefined,
        { shallow: true, scroll: false },
      ),
    [router, filters],
  );
  return { filters, change };
}
