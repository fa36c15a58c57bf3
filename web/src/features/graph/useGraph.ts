import './reload';
import {
  type QueryFunctionContext,
  useInfiniteQuery,
  useQueries,
  type UseQueryResult,
} from '@tanstack/react-query';
import { useCallback, useEffect, useMemo, useState } from 'react';
import { client } from '@/shared/api/client';
import type { components } from '@/shared/api/schema';
import { merge, type ProvenanceLink, type ProvenanceNode } from './provenance';
import { watch } from './reload';

export type Direction = 'both' | 'ancestors' | 'descendants';
export type View = { direction: Direction; depth: number };
type Graph = components['schemas']['Graph'];
type Extra = { nodes: ProvenanceNode[]; edges: ProvenanceLink[] };

/** Nodes of a page, of which a graph has as many as one asks for. */
export const PAGE = 500;
/** Neighbours of a node that come at first when it is expanded; each time after that, thrice as many. */
const NEIGHBOURS = 50;
const MOST = 2000;
const PATH = '/api/nodes/{uuid}/graph';

function keyOf(uuid: string, query: object) {
  return ['get', PATH, { params: { path: { uuid }, query: { ...query, count: true } } }];
}

async function load(
  uuid: string,
  query: { direction?: Direction; depth: number; limit: number; after?: string | null },
  { signal }: Pick<QueryFunctionContext, 'signal'>,
): Promise<Graph> {
  const { data } = await client.GET(PATH, {
    params: { path: { uuid }, query: { ...query, count: true } },
    signal,
  });
  return data as Graph;
}

const combined = (around: UseQueryResult<Graph>[]) => ({
  parts: around.flatMap((one) => (one.data ? [one.data] : [])),
  isFetching: around.some((one) => one.isFetching),
  error: around.find((one) => one.error)?.error ?? null,
});

/** The provenance around a node, which grows by pages, by the neighbours of single nodes, and by events. */
export function useGraph(root: string, { direction, depth }: View, extra: Extra | undefined) {
  const [limits, setLimits] = useState<Record<string, number>>({});
  const query = { direction, depth, limit: PAGE };
  const pages = useInfiniteQuery({
    queryKey: [...keyOf(root, query), 'pages'],
    initialPageParam: null as string | null,
    queryFn: ({ pageParam, signal }) => load(root, { ...query, after: pageParam ?? undefined }, { signal }),
    getNextPageParam: (page) => page.after,
  });
  const around = useQueries({
    queries: Object.entries(limits).map(([uuid, limit]) => ({
      queryKey: keyOf(uuid, { depth: 1, limit }),
      queryFn: (context: QueryFunctionContext) => load(uuid, { depth: 1, limit }, context),
      placeholderData: (before: Graph | undefined) => before,
    })),
    combine: combined,
  });
  const graph = useMemo(
    () => pages.data && merge([...pages.data.pages, ...around.parts, ...(extra ? [extra] : [])]),
    [pages.data, around.parts, extra],
  );
  useEffect(() => graph && watch(graph), [graph]);
  const expand = useCallback(
    (uuids: string[]) =>
      setLimits((before) => ({
        ...before,
        ...Object.fromEntries(
          uuids.map((uuid) => [uuid, Math.min((before[uuid] ?? NEIGHBOURS / 3) * 3, MOST)]),
        ),
      })),
    [],
  );
  return { ...pages, graph, expand, isExpanding: around.isFetching, expandError: around.error };
}
