import type { components } from '@/shared/api/schema';

export type ProvenanceNode = components['schemas']['Node'] & { links?: number | null };
export type ProvenanceLink = components['schemas']['GraphEdge'];

/** Nodes by UUID and the links among them, as far as they are loaded. */
export type Provenance = { nodes: Map<string, ProvenanceNode>; links: ProvenanceLink[] };

type Part = { nodes: ProvenanceNode[]; edges: ProvenanceLink[] };

export const keyOfLink = ({ source, target, type, label }: ProvenanceLink) =>
  [source, target, type, label].join(' ');

/** One graph of what was loaded in parts: each node and link once. */
export function merge(parts: Part[]): Provenance {
  const nodes = new Map<string, ProvenanceNode>();
  const links = new Map<string, ProvenanceLink>();
  for (const part of parts) {
    for (const node of part.nodes) {
      // Only some parts count a node's links.
      const counted = node.links ?? nodes.get(node.uuid)?.links;
      nodes.set(node.uuid, { ...node, links: counted });
    }
    for (const link of part.edges) links.set(keyOfLink(link), link);
  }
  const known = [...links.values()].filter((one) => nodes.has(one.source) && nodes.has(one.target));
  return { nodes, links: known };
}

export const isProcess = (node: { node_type: string }) => node.node_type.startsWith('process.');
export const isWorkflow = (node: { node_type: string }) => node.node_type.startsWith('process.workflow.');
export const isCall = (link: ProvenanceLink) => link.type === 'call_calc' || link.type === 'call_work';
export const isInput = (link: ProvenanceLink) => link.type === 'input_calc' || link.type === 'input_work';

/** Who called each process, as far as it is loaded. */
export function callersOf(links: ProvenanceLink[]): Map<string, string> {
  return new Map(links.filter(isCall).map((link) => [link.target, link.source]));
}

/** The callers of a process, the nearest first. */
export function chainOf(uuid: string, caller: Map<string, string>): string[] {
  const chain: string[] = [];
  for (let one = caller.get(uuid); one !== undefined && !chain.includes(one); one = caller.get(one))
    chain.push(one);
  return chain;
}
