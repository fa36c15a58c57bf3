import { BaseEdge, type Edge, EdgeLabelRenderer, type EdgeProps, getBezierPath } from '@xyflow/react';
import { memo } from 'react';
import { dashOf, WORDS_OF_LINKS } from './look';
import type { ProvenanceLink } from './provenance';

export type LinkData = { link: ProvenanceLink; accent: 'near' | 'way' | 'faded' | null };
export type FlowLink = Edge<LinkData, 'provenance'>;

const COLOURS = { near: 'var(--accent)', way: 'var(--accent)', faded: 'var(--line)' };

/** A link; its label shows while it is pointed at, and while an end of it is chosen. */
export const LinkLine = memo(function LinkLine({ data, ...ends }: EdgeProps<FlowLink>) {
  const [path, x, y] = getBezierPath(ends);
  if (!data) return null;
  const { link, accent } = data;
  return (
    <>
      <BaseEdge
        path={path}
        interactionWidth={14}
        markerEnd={ends.markerEnd}
        style={{
          stroke: accent ? COLOURS[accent] : 'var(--line-strong)',
          strokeWidth: accent === 'way' ? 3 : 1.4,
          strokeDasharray: dashOf(link.type),
          strokeLinecap: 'round',
        }}
      />
      {(accent === 'near' || accent === 'way') && (
        <EdgeLabelRenderer>
          <span
            dir="auto"
            title={link.label}
            className="pointer-events-none absolute max-w-36 truncate rounded bg-canvas/90 px-1 text-2xs text-muted"
            style={{ transform: `translate(-50%, -50%) translate(${x}px, ${y}px)` }}
          >
            {WORDS_OF_LINKS[link.type]}: {link.label.slice(0, 100)}
          </span>
        </EdgeLabelRenderer>
      )}
    </>
  );
});
