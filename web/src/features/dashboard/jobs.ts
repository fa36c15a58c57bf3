import { api } from '@/shared/api/client';
import type { components } from '@/shared/api/schema';
import type { JobStatus } from '@/shared/ui/StatusBadge';

export type Job = components['schemas']['Job'];

/** The newest jobs of one status, or of all. */
export function useJobs(status: JobStatus | undefined, limit: number) {
  return api.useQuery('get', '/api/jobs', { params: { query: { status, limit } } });
}

/** What a job is called: its label, else what it computes. */
export function nameOf(job: Job): string {
  return job.label || job.workflow.replace(/^nanoos\./, '');
}
