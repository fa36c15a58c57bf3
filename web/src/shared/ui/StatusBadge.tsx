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
import { classes } from './classes';

export type JobStatus = components['schemas']['JobStatus'];

const LOOKS: Record<JobStatus, { word: string; icon: LucideIcon; look: string; spins?: boolean }> = {
  PENDING: { word: 'Pending', icon: CircleDashed, look: 'bg-hover text-muted' },
  QUEUED: { word: 'Queued', icon: Clock, look: 'bg-wait-soft text-wait' },
  RUNNING: { word: 'Running', icon: LoaderCircle, look: 'bg-run-soft text-run', spins: true },
  PAUSED: { word: 'Paused', icon: Pause, look: 'bg-wait-soft text-wait' },
  COMPLETED: { word: 'Completed', icon: CircleCheck, look: 'bg-ok-soft text-ok' },
  FAILED: { word: 'Failed', icon: CircleX, look: 'bg-bad-soft text-bad' },
  KILLED: { word: 'Killed', icon: CircleSlash, look: 'bg-hover text-muted' },
};

/** `<StatusBadge status={job.status} />`: icon and word, so that colour is never needed. */
export function StatusBadge({ status }: { status: JobStatus }) {
  const { word, icon: Icon, look, spins } = LOOKS[status];
  return (
    <span
      className={classes(
        'inline-flex items-center gap-1.5 rounded-full py-0.5 pr-2 pl-1.5 text-xs font-medium whitespace-nowrap',
        look,
      )}
    >
      <Icon aria-hidden size={13} className={spins ? 'animate-spin [animation-duration:2.4s]' : undefined} />
      {word}
    </span>
  );
}
