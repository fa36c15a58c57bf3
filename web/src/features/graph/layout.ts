import { graphlib, layout as dagre } from '@dagrejs/dagre';
import type { Place } from './walk';

export const WIDTH = 196;
export const HEIGHT = 50;
/** Beyond so many nodes the best order takes seconds, and a good one a tenth of that. */
const MANY = 150;

export type Question = { nodes: string[]; links: [string, string][] };

/** Where the nodes of a graph stand, from left to right along the links. */
export function layout({ nodes, links }: Question): [string, Place][] {
  const isLarge = nodes.length > MANY;
  const graph = new graphlib.Graph();
  graph.setGraph({
    rankdir: 'LR',
    nodesep: 18,
    ranksep: 84,
    ranker: isLarge ? 'longest-path' : 'network-simplex',
  });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const uuid of nodes) graph.setNode(uuid, { width: WIDTH, height: HEIGHT });
  for (const [source, target] of links) graph.setEdge(source, target);
  dagre(graph, { disableOptimalOrderHeuristic: isLarge });
  return nodes.map((uuid) => {
    const { x, y } = graph.node(uuid) as Place;
    return [uuid, { x: x - WIDTH / 2, y: y - HEIGHT / 2 }];
  });
}
