import { CirclePlay } from 'lucide-react';
import { api } from '@/shared/api/client';
import { Card } from '@/shared/ui/Card';
import { Async, Empty, ErrorPanel, SkeletonRows } from '@/shared/ui/states';
import { JobRows } from './JobRows';
import { type Job, useJobs, workflowOf } from './jobs';

const MOST = 8;

/** Jobs that have not ended, those that run first. */
export function ActiveJobs() {
  const queries = [
    useJobs('RUNNING', MOST),
    useJobs('QUEUED', MOST),
    useJobs('PAUSED', MOST),
    useJobs('PENDING', MOST),
  ];
  const failed = queries.find((query) => query.error !== null && query.data === undefined);
  const jobs = queries.flatMap((query) => query.data?.items ?? []);
  return (
    <Card title="In progress" flush>
      {failed ? (
        <ErrorPanel error={failed.error} retry={failed.refetch} />
      ) : queries.some((query) => query.data === undefined) ? (
        <SkeletonRows rows={3} />
      ) : jobs.length === 0 ? (
        <Empty icon={CirclePlay} title="Nothing is running">
          Open a structure and run a simulation of it; you can follow it here.
        </Empty>
      ) : (
        <JobRows
          label="Jobs in progress"
          jobs={jobs.slice(0, MOST)}
          below={(job) => <Progress job={job} />}
        />
      )}
    </Card>
  );
}

/** How far a job is: its latest report line and the calculations below it. */
function Progress({ job }: { job: Job }) {
  const status = api.useQuery('get', '/api/jobs/{uuid}/status', { params: { path: { uuid: job.uuid } } });
  return (
    <Async query={status} loading={<span>{workflowOf(job)}</span>}>
      {({ calculations, calculations_ended, report }) => (
        <span dir="auto" className="block truncate" title={report}>
          {calculations > 0 && (
            <span className="mr-2 tabular">{`${calculations_ended} of ${calculations} calculations`}</span>
          )}
          {report || workflowOf(job)}
        </span>
      )}
    </Async>
  );
}
