import {
  callersOf,
  chainOf,
  isInput,
  isProcess,
  isWorkflow,
  type Provenance,
  type ProvenanceLink,
  type ProvenanceNode,
} from './provenance';

export type ShownNode = {
  node: ProvenanceNode;
  /** How many processes it called, directly or not, as far as they are loaded. */
  called: number;
  isFolded: boolean;
  /** Links to nodes that are not loaded; `behind` has the nodes that these are links of. */
  hidden: number;
  behind: string[];
};
export type Shown = {
  nodes: ShownNode[];
  links: ProvenanceLink[];
  /** Where a loaded node is to be seen: itself, or the workflow that it is folded into. */
  placeOf: Map<string, string>;
};

/**
 * What is shown of a graph when each workflow that is not `open` stands for all that it called.
 *
 * Data that only the processes inside one folded workflow used go with it, but for those in `kept`.
 */
export function fold(graph: Provenance, open: Set<string>, kept: Set<string>): Shown {
  const caller = callersOf(graph.links);
  const placeOf = new Map<string, string>();
  const called = new Map<string, number>();
  for (const node of graph.nodes.values()) {
    if (!isProcess(node)) continue;
    const chain = chainOf(node.uuid, caller);
    for (const one of chain) called.set(one, (called.get(one) ?? 0) + 1);
    placeOf.set(node.uuid, chain.findLast((one) => !open.has(one)) ?? node.uuid);
  }
  placeData(graph, placeOf, kept);
  const hidden = hiddenLinks(graph, placeOf);
  const nodes = [...graph.nodes.values()]
    .filter((node) => placeOf.get(node.uuid) === node.uuid)
    .map((node) => ({
      node,
      called: called.get(node.uuid) ?? 0,
      isFolded: isWorkflow(node) && called.has(node.uuid) && !open.has(node.uuid),
      hidden: hidden.get(node.uuid)?.count ?? 0,
      behind: hidden.get(node.uuid)?.of ?? [],
    }));
  return { nodes, links: linksBetween(graph.links, caller, placeOf), placeOf };
}

/** Say where data are to be seen: in their own place, or inside the one folded workflow that used them. */
function placeData(graph: Provenance, placeOf: Map<string, string>, kept: Set<string>): void {
  const users = new Map<string, Set<string>>();
  const outside = new Set(kept);
  for (const { source, target } of graph.links) {
    for (const [data, process] of [
      [source, target],
      [target, source],
    ] as const) {
      const place = placeOf.get(process);
      if (placeOf.has(data) || place === undefined) continue;
      users.set(data, (users.get(data) ?? new Set()).add(place));
      if (place === process) outside.add(data);
    }
  }
  for (const uuid of graph.nodes.keys()) {
    if (placeOf.has(uuid)) continue;
    const places = [...(users.get(uuid) ?? [])];
    placeOf.set(uuid, places.length === 1 && !outside.has(uuid) ? (places[0] ?? uuid) : uuid);
  }
}

/** The links between what is shown, without the inputs that a process got from its caller, which has them itself. */
function linksBetween(
  links: ProvenanceLink[],
  caller: Map<string, string>,
  placeOf: Map<string, string>,
): ProvenanceLink[] {
  const inputs = new Set(links.filter(isInput).map((link) => `${link.source} ${link.target}`));
  const shown = new Map<string, ProvenanceLink>();
  for (const link of links) {
    if (isInput(link) && inputs.has(`${link.source} ${caller.get(link.target) ?? ''}`)) continue;
    const source = placeOf.get(link.source);
    const target = placeOf.get(link.target);
    if (source === undefined || target === undefined || source === target) continue;
    const isOwn = source === link.source && target === link.target;
    const key = `${source} ${target} ${link.type}`;
    const before = shown.get(key);
    if (before && !isOwn) continue;
    const label =
      before && !before.label.split(', ').includes(link.label)
        ? `${before.label}, ${link.label}`
        : link.label;
    shown.set(key, { ...link, source, target, label });
  }
  return [...shown.values()];
}

/** How many links lead from each place to what is not loaded, and from which nodes of it. */
function hiddenLinks(
  graph: Provenance,
  placeOf: Map<string, string>,
): Map<string, { count: number; of: string[] }> {
  const loaded = new Map<string, number>();
  for (const { source, target } of graph.links)
    for (const end of [source, target]) loaded.set(end, (loaded.get(end) ?? 0) + 1);
  const hidden = new Map<string, { count: number; of: string[] }>();
  for (const node of graph.nodes.values()) {
    const count = (node.links ?? 0) - (loaded.get(node.uuid) ?? 0);
    const place = placeOf.get(node.uuid);
    if (count <= 0 || place === undefined) continue;
    const before = hidden.get(place) ?? { count: 0, of: [] };
    hidden.set(place, { count: before.count + count, of: [...before.of, node.uuid] });
  }
  return hidden;
}
