import type { JobStatus } from '@/shared/ui/StatusBadge';

const STATUSES: Record<string, JobStatus> = {
  created: 'PENDING',
  // Of what a process waits for, its node does not tell.
  waiting: 'RUNNING',
  running: 'RUNNING',
  finished: 'FAILED',
  excepted: 'FAILED',
  killed: 'KILLED',
};

/** The status of a process by its state in AiiDA; null of data. */
export function statusOf(node: {
  process_state: string | null;
  exit_status: number | null;
}): JobStatus | null {
  if (node.process_state === null) return null;
  if (node.process_state === 'finished' && node.exit_status === 0) return 'COMPLETED';
  return STATUSES[node.process_state] ?? 'PENDING';
}
