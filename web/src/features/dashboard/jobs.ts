import { api } from '@/shared/api/client';
import type { components } from '@/shared/api/schema';
import type { JobStatus } from '@/shared/ui/StatusBadge';

export type Job = components['schemas']['Job'];

/** The newest jobs of one status, or of all. */
export function useJobs(status: JobStatus | undefined, limit: number) {
  return api.useQuery('get', '/api/jobs', { params: { query: { status, limit } } });
}

/** What a job computes: `nanoos.relax` is `relax`. */
export function workflowOf(job: Job): string {
  return job.workflow.replace(/^nanoos\./, '');
}

/** What a job is called: its label, else what it computes. */
export function nameOf(job: Job): string {
  return job.label || workflowOf(job);
}
