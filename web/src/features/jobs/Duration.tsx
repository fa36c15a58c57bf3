import { useNow } from '@/shared/ui/TimeAgo';
import { isFinal, type Job, lasting } from './job';

/** How long a job took, or has taken so far. */
export function Duration({ job }: { job: Job }) {
  const now = useNow();
  const end = isFinal(job) ? job.modified : Math.max(now, new Date(job.modified).getTime());
  return <span className="whitespace-nowrap tabular">{lasting(job.created, end)}</span>;
}
