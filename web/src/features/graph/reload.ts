import { invalidateOn } from '@/shared/events/invalidation';
import type { Provenance } from './provenance';
import { isProcess } from './provenance';

const GRAPH = '/api/nodes/{uuid}/graph';
const ENDED = ['finished', 'excepted', 'killed'];
const watched = new Set<Provenance>();

/** Load a graph again when events may be about it, until the function that comes back is called. */
export function watch(graph: Provenance): () => void {
  watched.add(graph);
  return () => void watched.delete(graph);
}

function isRunning(graph: Provenance): boolean {
  return [...graph.nodes.values()].some(
    (node) => isProcess(node) && !ENDED.includes(node.process_state ?? ''),
  );
}

invalidateOn((event) => {
  if (event.kind === 'report') return [];
  const node = ['get', '/api/nodes/{uuid}', { params: { path: { uuid: event.uuid } } }];
  // What is new may belong to a workflow that still runs; who made it, its event does not say.
  const concerned = [...watched].some((graph) => graph.nodes.has(event.uuid) || isRunning(graph));
  return concerned ? [node, ['get', GRAPH]] : [node];
});
