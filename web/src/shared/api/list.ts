import { useInfiniteQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { send } from './client';
import { errorOf } from './errors';
import type { paths } from './schema';

type PageOf<Item> = { items: Item[]; after: string | null };
type Answer<P extends keyof paths> = paths[P] extends {
  get: { responses: { 200: { content: { 'application/json': infer Body } } } };
}
  ? Body
  : never;

/** The addresses that answer a page of a list. */
export type ListPath = {
  [P in keyof paths]: Answer<P> extends PageOf<unknown> ? ([Answer<P>] extends [never] ? never : P) : never;
}[keyof paths];
export type ItemOf<P extends ListPath> = Answer<P> extends PageOf<infer Item> ? Item : never;
type Parameters<P extends ListPath> = paths[P] extends { get: { parameters: infer Given } } ? Given : never;
type QueryOf<P extends ListPath> = Parameters<P> extends { query?: infer Q } ? NonNullable<Q> : never;
type PathOf<P extends ListPath> =
  Parameters<P> extends { path: infer Q } ? { path: Q } : { path?: undefined };

export type ListParams<P extends ListPath> = { query?: Omit<QueryOf<P>, 'after'> } & PathOf<P>;

/** Pages beyond which a list that has changed is not loaded again by itself: that is for who looks at it. */
export const FEW_PAGES = 4;

/**
 * A list that goes on as one scrolls, by keyset pages: no row is missed or shown twice.
 *
 *     const jobs = useList('/api/jobs', { query: { status: 'RUNNING' } });
 *     <VirtualTable list={jobs} … />
 */
export function useList<P extends ListPath>(
  path: P,
  ...[params]: undefined extends PathOf<P>['path'] ? [ListParams<P>?] : [ListParams<P>]
) {
  const found = useInfiniteQuery({
    queryKey: ['get', path, { params: params ?? {} }, 'list'],
    initialPageParam: null as string | null,
    queryFn: ({ pageParam, signal }) => load<ItemOf<P>>(addressOf(path, params, pageParam), signal),
    getNextPageParam: (page) => page.after,
  });
  const items = useMemo(() => found.data?.pages.flatMap((page) => page.items) ?? [], [found.data]);
  const isOutdated = found.isStale && !found.isFetching && (found.data?.pages.length ?? 0) > FEW_PAGES;
  return { ...found, items, isOutdated };
}

/** What a table needs of a list, wherever its pages come from. */
export type List<Item> = {
  items: Item[];
  isPending: boolean;
  error: Error | null;
  hasNextPage: boolean;
  isFetchingNextPage: boolean;
  isFetchNextPageError: boolean;
  isOutdated: boolean;
  fetchNextPage: () => unknown;
  refetch: () => unknown;
};

async function load<Item>(address: string, signal: AbortSignal): Promise<PageOf<Item>> {
  const answer = await send(new Request(address, { signal }));
  if (!answer.ok) throw await errorOf(answer);
  return (await answer.json()) as PageOf<Item>;
}

/** The address of a page; also for links to the API itself. */
export function addressOf(
  path: string,
  params: { path?: unknown; query?: unknown } | undefined,
  after: string | null,
): string {
  const places = Object.entries((params?.path ?? {}) as Record<string, string>);
  const filled = places.reduce(
    (text, [name, value]) => text.replace(`{${name}}`, encodeURIComponent(value)),
    path,
  );
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries((params?.query ?? {}) as Record<string, unknown>)) {
    if (value === undefined || value === null || value === '') continue;
    for (const one of Array.isArray(value) ? value : [value]) search.append(name, String(one));
  }
  if (after !== null) search.set('after', after);
  return search.size > 0 ? `${filled}?${search}` : filled;
}
