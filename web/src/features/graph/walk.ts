import type { ProvenanceLink } from './provenance';

export type Place = { x: number; y: number };

/** A node, all that it came from, and all that came of it. */
export function lineage(uuid: string, links: ProvenanceLink[]): Set<string> {
  const before = new Map<string, string[]>();
  const behind = new Map<string, string[]>();
  for (const { source, target } of links) {
    behind.set(source, [...(behind.get(source) ?? []), target]);
    before.set(target, [...(before.get(target) ?? []), source]);
  }
  return new Set([...reach(uuid, before), ...reach(uuid, behind)]);
}

function reach(uuid: string, next: Map<string, string[]>): Set<string> {
  const reached = new Set([uuid]);
  for (const one of reached) for (const other of next.get(one) ?? []) reached.add(other);
  return reached;
}

/** Where an arrow key leads: right and left along a link, up and down among the nodes of the same column. */
export function step(
  uuid: string,
  key: string,
  places: Map<string, Place>,
  links: ProvenanceLink[],
): string | undefined {
  const here = places.get(uuid);
  if (here === undefined) return undefined;
  const far = (one: string) => Math.abs((places.get(one)?.y ?? Infinity) - here.y);
  const nearest = (found: string[]) => found.toSorted((a, b) => far(a) - far(b))[0];
  if (key === 'ArrowRight')
    return nearest(links.filter((one) => one.source === uuid).map((one) => one.target));
  if (key === 'ArrowLeft')
    return nearest(links.filter((one) => one.target === uuid).map((one) => one.source));
  const way = { ArrowUp: -1, ArrowDown: 1 }[key];
  if (way === undefined) return undefined;
  const beyond = [...places].filter(([, place]) => (place.y - here.y) * way > 0);
  const column = beyond.filter(([, place]) => Math.abs(place.x - here.x) < 1);
  return nearest((column.length > 0 ? column : beyond).map(([one]) => one));
}

type Named = { uuid: string; label: string; process_label: string | null; node_type: string };

/** The nodes whose label, type or UUID has a text in it. */
export function find<Node extends Named>(
  text: string,
  nodes: Iterable<Node>,
  wordOf: (node: Node) => string,
): Node[] {
  const wanted = text.trim().toLowerCase();
  if (wanted === '') return [];
  return [...nodes].filter((node) =>
    [node.label, node.process_label, wordOf(node), node.uuid].some((one) =>
      one?.toLowerCase().includes(wanted),
    ),
  );
}
