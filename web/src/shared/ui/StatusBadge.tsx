import {
  CircleCheck,
  CircleDashed,
  CircleSlash,
  CircleX,
  Clock,
  LoaderCircle,
  type LucideIcon,
  Pause,
} from 'lucide-react';
import type { components } from '@/shared/api/schema';
import { Badge, type BadgeKind } from './Badge';

export type JobStatus = components['schemas']['JobStatus'];

const LOOKS: Record<JobStatus, { word: string; icon: LucideIcon; kind: BadgeKind; spins?: boolean }> = {
  PENDING: { word: 'Pending', icon: CircleDashed, kind: 'plain' },
  QUEUED: { word: 'Queued', icon: Clock, kind: 'wait' },
  RUNNING: { word: 'Running', icon: LoaderCircle, kind: 'run', spins: true },
  PAUSED: { word: 'Paused', icon: Pause, kind: 'wait' },
  COMPLETED: { word: 'Completed', icon: CircleCheck, kind: 'ok' },
  FAILED: { word: 'Failed', icon: CircleX, kind: 'bad' },
  KILLED: { word: 'Killed', icon: CircleSlash, kind: 'plain' },
};

/** `<StatusBadge status={job.status} />` */
export function StatusBadge({ status }: { status: JobStatus }) {
  const { word, ...look } = LOOKS[status];
  return <Badge {...look}>{word}</Badge>;
}
