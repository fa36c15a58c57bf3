import { useQuery } from '@tanstack/react-query';
import { api, client } from '@/shared/api/client';
import type { components } from '@/shared/api/schema';
import { isFinal } from '../job';

export type GraphNode = components['schemas']['GraphNode'];
type Graph = components['schemas']['Graph'];

const FRESH = 60_000;
/** Most processes of a job that are shown. */
const MOST_STEPS = 1000;
const CALLS = { direction: 'descendants', kinds: ['call_calc', 'call_work'] } as const;
/** The beginning of the keys of all that jobs called. */
export const STEPS_KEY = ['get', '/api/nodes/{uuid}/graph', { params: { query: CALLS } }];

/** A job; one that has ended does not change any more. */
export function useJob(uuid: string) {
  return api.useQuery(
    'get',
    '/api/jobs/{uuid}',
    { params: { path: { uuid } } },
    { staleTime: ({ state }) => (state.data && isFinal(state.data) ? 'static' : FRESH) },
  );
}

/** The processes that a job called, directly or not. */
export function useSteps(uuid: string, isOver: boolean) {
  const query = { ...CALLS, kinds: [...CALLS.kinds], depth: 100, limit: MOST_STEPS };
  const params = { path: { uuid }, query };
  return useQuery({
    queryKey: ['get', '/api/nodes/{uuid}/graph', { params }],
    queryFn: async ({ signal }) => {
      const { data } = await client.GET('/api/nodes/{uuid}/graph', { params, signal });
      // Pictures of it are text; this is not asked for as one.
      return data as Graph;
    },
    staleTime: ({ state }) => (isOver && isAllOver(state.data) ? 'static' : FRESH),
  });
}

function isAllOver(graph: Graph | undefined): boolean {
  return graph?.nodes.every((node) => OVER.has(node.process_state ?? '')) ?? false;
}

const OVER = new Set(['finished', 'excepted', 'killed']);

export type Step = { node: GraphNode; called: Step[] };

/** What was called as a tree, in the order in which it was. */
export function treeOf({ root, nodes, edges }: Graph): Step | undefined {
  const steps = new Map(nodes.map((node) => [node.uuid, { node, called: [] as Step[] }]));
  for (const { source, target } of edges) {
    const step = steps.get(target);
    if (step) steps.get(source)?.called.push(step);
  }
  for (const { called } of steps.values()) {
    called.sort((one, other) => one.node.ctime.localeCompare(other.node.ctime));
  }
  return steps.get(root);
}
