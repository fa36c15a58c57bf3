import { useRouter } from 'next/router';
import type { ParsedUrlQuery } from 'node:querystring';
import { useCallback, useMemo } from 'react';
import type { ListParams } from '@/shared/api/list';

/** What the list is narrowed to, and its order; all of it is in the address, by the names of the API. */
export type Filters = {
  text: string;
  formula: string;
  tag: string[];
  elements: string[];
  elements_match: 'all' | 'only';
  mine: boolean;
  archived: boolean;
  sort: 'newest' | 'name';
};

export const NO_FILTERS: Filters = {
  text: '',
  formula: '',
  tag: [],
  elements: [],
  elements_match: 'all',
  mine: false,
  archived: false,
  sort: 'newest',
};

export function filtersOf(query: ParsedUrlQuery): Filters {
  const one = (name: string) => [query[name] ?? ''].flat()[0] ?? '';
  return {
    text: one('text'),
    formula: one('formula'),
    tag: [query.tag ?? []].flat(),
    elements: one('elements').split(',').filter(Boolean),
    elements_match: one('elements_match') === 'only' ? 'only' : 'all',
    mine: one('mine') === 'true',
    archived: one('archived') === 'true',
    sort: one('sort') === 'name' ? 'name' : 'newest',
  };
}

/** What an address or a request says of filters: nothing of those that are as they were. */
export function queryOf(filters: Filters): NonNullable<ListParams<'/api/materials'>['query']> {
  const { text, formula, tag, elements, elements_match, mine, archived, sort } = filters;
  return {
    ...(text.trim() && { text: text.trim() }),
    ...(formula.trim() && { formula: formula.trim() }),
    ...(tag.length > 0 && { tag }),
    ...(elements.length > 0 && { elements: elements.join(',') }),
    ...(elements.length > 0 && elements_match === 'only' && { elements_match }),
    ...(mine && { mine }),
    ...(archived && { archived }),
    ...(sort !== 'newest' && { sort }),
  };
}

/** The filters in the address, and a function that changes some; `isReady`: the address is known. */
export function useFilters() {
  const router = useRouter();
  const { query, isReady } = router;
  const filters = useMemo(() => filtersOf(query), [query]);
  const change = useCallback(
    (changes: Partial<Filters>, { isTyped = false } = {}) => {
      const address = { pathname: router.pathname, query: queryOf({ ...filters, ...changes }) };
      // Going back undoes what was chosen, not each letter that was typed.
      return router[isTyped ? 'replace' : 'push'](address, undefined, { shallow: true, scroll: false });
    },
    [router, filters],
  );
  return { filters, change, isReady };
}

export type ActiveFilter = { key: keyof Filters; label: string; without: Filters };

/** Each filter that narrows the list now, with what the filters are without it. */
export function activeFilters(filters: Filters): ActiveFilter[] {
  const { text, formula, tag, elements, elements_match, mine, archived } = filters;
  const found: (ActiveFilter | false)[] = [
    text.trim() !== '' && {
      key: 'text',
      label: `Text “${text.trim()}”`,
      without: { ...filters, text: '' },
    },
    formula.trim() !== '' && {
      key: 'formula',
      label: `Formula ${formula.trim()}`,
      without: { ...filters, formula: '' },
    },
    elements.length > 0 && {
      key: 'elements',
      label: `${elements_match === 'only' ? 'Only' : 'With'} ${elements.join(', ')}`,
      without: { ...filters, elements: [] },
    },
    ...tag.map((one) => ({
      key: 'tag' as const,
      label: `Tag ${one}`,
      without: { ...filters, tag: tag.filter((other) => other !== one) },
    })),
    mine && { key: 'mine', label: 'Only mine', without: { ...filters, mine: false } },
    archived && { key: 'archived', label: 'Archived', without: { ...filters, archived: false } },
  ];
  return found.filter((one) => one !== false);
}
