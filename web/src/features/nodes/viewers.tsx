import type { ComponentType } from 'react';
import { lazyViewer } from '@/shared/ui/lazyViewer';

export type ViewerProps = { uuid: string; attributes: Record<string, unknown> };

/** What shows a node, by the beginning of its type; the first that fits. One line a type, loaded when shown. */
const VIEWERS: [string, ComponentType<ViewerProps>][] = [
  ['data.core.array.bands.', lazyViewer<ViewerProps>(() => import('@/features/results/BandsView'), 'h-96')],
  ['data.core.array.trajectory.', lazyViewer<ViewerProps>(() => import('@/features/results/TrajectoryView'))],
  ['data.core.array.', lazyViewer<ViewerProps>(() => import('@/features/results/ArrayView'))],
  ['data.core.structure.', lazyViewer<ViewerProps>(() => import('@/features/structures/NodeViewer'), 'h-72')],
  ['data.core.dict.', lazyViewer<ViewerProps>(() => import('@/features/results/DictView'))],
];

/** The viewer for nodes of a type: `const Viewer = viewerOf(node.node_type); Viewer && <Viewer … />`. */
export function viewerOf(nodeType: string): ComponentType<ViewerProps> | undefined {
  return VIEWERS.find(([beginning]) => nodeType.startsWith(beginning))?.[1];
}
