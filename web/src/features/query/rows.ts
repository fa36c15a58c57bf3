import { useInfiniteQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { client, send } from '@/shared/api/client';
import { errorOf } from '@/shared/api/errors';
import type { List } from '@/shared/api/list';
import type { components } from '@/shared/api/schema';

export type QueryDocument = components['schemas']['Query'];
export type Row = Record<string, Record<string, unknown>>;
export type NumberedRow = { number: number; row: Row };
export type Run = { document: QueryDocument; number: number };

const PAGE = 100;

/** The rows that a query finds, page by page as one scrolls; `null` has not been run. */
export function useRows(run: Run | null): List<NumberedRow> & { isFetching: boolean } {
  const found = useInfiniteQuery({
    queryKey: ['post', '/api/query', run],
    enabled: run !== null,
    staleTime: Infinity,
    initialPageParam: undefined as string | undefined,
    queryFn: async ({ pageParam, signal }) => {
      const { data } = await client.POST('/api/query', {
        params: { query: { limit: PAGE, after: pageParam } },
        body: run?.document ?? {},
        signal,
      });
      return data as { items: Row[]; after: string | null };
    },
    getNextPageParam: (page) => page.after ?? undefined,
  });
  const items = useMemo(
    () => (found.data?.pages ?? []).flatMap((page) => page.items).map((row, number) => ({ row, number })),
    [found.data],
  );
  return { ...found, items, isOutdated: false };
}

export type Column = { tag: string; key: string };

/** What rows have, in the order of the first one that has it. */
export function columnsOf(rows: Row[]): Column[] {
  const found = new Map<string, Column>();
  for (const row of rows)
    for (const [tag, values] of Object.entries(row))
      for (const key of Object.keys(values)) found.set(JSON.stringify([tag, key]), { tag, key });
  return [...found.values()];
}

export type Rest = { rows: Row[]; detail: string | null };

/** All rows of a query: as a stream, and where one ends before them, as the next. */
export async function allRows(
  document: QueryDocument,
  onRows: (count: number) => void,
  signal: AbortSignal,
): Promise<Row[]> {
  const rows: Row[] = [];
  let after: string | null = null;
  do {
    const search = after === null ? '' : `?${new URLSearchParams({ after })}`;
    const answer = await send(
      new Request(`/api/query${search}`, {
        method: 'POST',
        body: JSON.stringify(document),
        headers: { 'Content-Type': 'application/json', Accept: 'application/x-ndjson' },
        signal,
      }),
    );
    if (!answer.ok) throw await errorOf(answer);
    const lines = (await answer.text()).trimEnd().split('\n');
    const last = JSON.parse(lines.pop() ?? '{}') as { after?: string | null; detail?: string };
    if (last.after === undefined) throw new Error('The rows ended before their end. Try again.');
    if (last.after === after && last.after !== null) throw new Error(last.detail ?? 'The rows do not go on.');
    for (const line of lines) rows.push(JSON.parse(line) as Row);
    onRows(rows.length);
    after = last.after;
  } while (after !== null);
  return rows;
}
