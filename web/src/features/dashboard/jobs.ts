import { api } from '@/shared/api/client';
import type { JobStatus } from '@/shared/ui/StatusBadge';

export { type Job, nameOf, workflowOf } from '@/features/jobs/job';

/** The newest jobs of one status, or of all. */
export function useJobs(status: JobStatus | undefined, limit: number) {
  return api.useQuery('get', '/api/jobs', { params: { query: { status, limit } } });
}
