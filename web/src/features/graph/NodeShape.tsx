import { Handle, type Node, type NodeProps, Position } from '@xyflow/react';
import {
  ChevronsDownUp,
  ChevronsUpDown,
  CircleCheck,
  CircleSlash,
  CircleX,
  LoaderCircle,
} from 'lucide-react';
import { memo } from 'react';
import { nameOf, wordOf } from '@/features/nodes/name';
import { statusOf } from '@/features/nodes/status';
import { kindOf } from '@/shared/nodes/kinds';
import { classes } from '@/shared/ui/classes';
import type { JobStatus } from '@/shared/ui/StatusBadge';
import type { ShownNode } from './fold';
import { HEIGHT, WIDTH } from './layout';
import { FAMILIES, familyOf, outlineOf } from './look';

/** How a node stands out: chosen, on the path that was asked for, found by what was typed, or faded. */
export type Accent = 'chosen' | 'way' | 'found' | 'faded' | null;
export type NodeData = { shown: ShownNode; isRoot: boolean; accent: Accent; isStop: boolean };
export type FlowNode = Node<NodeData, 'provenance'>;

const STATES: Record<JobStatus, { word: string; icon: typeof CircleX; look: string }> = {
  PENDING: { word: 'Pending', icon: LoaderCircle, look: 'text-muted' },
  QUEUED: { word: 'Queued', icon: LoaderCircle, look: 'text-wait' },
  RUNNING: { word: 'Running', icon: LoaderCircle, look: 'text-run' },
  PAUSED: { word: 'Paused', icon: LoaderCircle, look: 'text-wait' },
  COMPLETED: { word: 'Completed', icon: CircleCheck, look: 'text-ok' },
  FAILED: { word: 'Failed', icon: CircleX, look: 'text-bad' },
  KILLED: { word: 'Killed', icon: CircleSlash, look: 'text-muted' },
};

const ACCENTS: Record<NonNullable<Accent>, string> = {
  chosen: 'stroke-accent [stroke-width:3]',
  way: 'stroke-accent [stroke-width:2.5]',
  found: 'stroke-wait [stroke-width:3]',
  faded: '',
};

export const NodeShape = memo(function NodeShape({ data }: NodeProps<FlowNode>) {
  const { shown, isRoot, accent, isStop } = data;
  const { node, called, hidden } = shown;
  const family = familyOf(node);
  const look = FAMILIES[family];
  const status = statusOf(node);
  const Icon = kindOf(node.node_type).icon;
  const outline = outlineOf(family, WIDTH, HEIGHT);
  const name = nameOf(node);
  return (
    <div
      className={classes('relative', accent === 'faded' && 'opacity-25')}
      style={{ width: WIDTH, height: HEIGHT }}
    >
      <svg
        aria-hidden
        width={WIDTH}
        height={HEIGHT}
        className="pointer-events-none absolute inset-0 overflow-visible"
      >
        {shown.isFolded && (
          <path d={outline} transform="translate(4 4)" className={classes(look.stroke, look.fill)} />
        )}
        <path
          d={outline}
          className={classes(
            look.fill,
            accent && accent !== 'faded' ? ACCENTS[accent] : classes(look.stroke, '[stroke-width:1.5]'),
          )}
        />
      </svg>
      <button
        type="button"
        data-node={node.uuid}
        tabIndex={isStop ? 0 : -1}
        aria-pressed={accent === 'chosen'}
        title={name}
        className="absolute inset-0 flex items-center gap-2 rounded-md px-4 text-left"
      >
        <Icon aria-hidden size={17} className={classes('shrink-0', look.text)} />
        <span className="flex min-w-0 grow flex-col leading-4">
          <span className="flex min-w-0 items-baseline gap-1.5">
            <span className="truncate text-xs font-semibold">{wordOf(node)}</span>
            {isRoot && <span className="shrink-0 text-2xs text-accent-text">centre</span>}
          </span>
          <span className="flex min-w-0 items-center gap-1 text-2xs text-muted">
            {status && <State status={status} />}
            {status && node.label && <span aria-hidden>·</span>}
            <span dir="auto" className="truncate">
              {node.label.slice(0, 200) || (status ? '' : node.uuid.slice(0, 8))}
            </span>
          </span>
        </span>
      </button>
      <Handle type="target" position={Position.Left} isConnectable={false} className="opacity-0" />
      <Handle type="source" position={Position.Right} isConnectable={false} className="opacity-0" />
      {called > 0 && <FoldButton shown={shown} />}
      {hidden > 0 && (
        <button
          type="button"
          tabIndex={-1}
          data-expand={node.uuid}
          title={`Show ${hidden} more neighbours`}
          className="absolute top-1/2 -right-3 flex h-5 -translate-y-1/2 items-center rounded-full border border-line-strong bg-raised px-1.5 text-2xs font-medium tabular hover:bg-hover"
        >
          <span className="sr-only">Show neighbours: </span>+{hidden > 99 ? '99…' : hidden}
        </button>
      )}
    </div>
  );
});

function State({ status }: { status: JobStatus }) {
  const { word, icon: Icon, look } = STATES[status];
  return (
    <span className={classes('flex shrink-0 items-center gap-1', look)}>
      <Icon
        aria-hidden
        size={11}
        className={status === 'RUNNING' ? 'animate-spin [animation-duration:2.4s]' : ''}
      />
      {word}
    </span>
  );
}

function FoldButton({ shown }: { shown: ShownNode }) {
  const Icon = shown.isFolded ? ChevronsUpDown : ChevronsDownUp;
  const label = shown.isFolded ? `Unfold ${shown.called} processes` : 'Fold what it called';
  return (
    <button
      type="button"
      tabIndex={-1}
      data-fold={shown.node.uuid}
      aria-expanded={!shown.isFolded}
      title={label}
      className="absolute -top-2.5 left-1/2 flex h-5 -translate-x-1/2 items-center gap-1 rounded-full border border-kind-workflow bg-raised px-1.5 text-2xs font-medium text-kind-workflow tabular hover:bg-hover"
    >
      <Icon aria-hidden size={11} />
      {shown.called}
      <span className="sr-only">, {label}</span>
    </button>
  );
}
