import { kindOf } from '@/shared/nodes/kinds';

type Named = { label: string; node_type: string; process_label: string | null };

/** What a node is: of a process its class, of data the word for their type. */
export function wordOf(node: Named): string {
  return node.process_label ?? kindOf(node.node_type).word;
}

/** What a node is called: its label, or else what it is. */
export function nameOf(node: Named): string {
  return node.label.trim() || wordOf(node);
}
