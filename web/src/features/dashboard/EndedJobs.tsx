import { History } from 'lucide-react';
import { api } from '@/shared/api/client';
import { Card } from '@/shared/ui/Card';
import { Async, Empty } from '@/shared/ui/states';
import { JobRows } from './JobRows';
import { type Job, useJobs, workflowOf } from './jobs';

const LOOKED_AT = 40;
const SHOWN = 8;
const ENDED = new Set<Job['status']>(['COMPLETED', 'FAILED', 'KILLED']);

/** The jobs that ended last, and why those that failed did. */
export function EndedJobs() {
  const query = useJobs(undefined, LOOKED_AT);
  return (
    <Card title="Ended" flush>
      <Async query={query}>
        {({ items }) => {
          const ended = items
            .filter((job) => ENDED.has(job.status))
            .sort((one, other) => other.modified.localeCompare(one.modified));
          if (ended.length === 0) return <Empty icon={History} title="No job has ended yet" />;
          return (
            <JobRows label="Ended jobs" jobs={ended.slice(0, SHOWN)} below={(job) => <Outcome job={job} />} />
          );
        }}
      </Async>
    </Card>
  );
}

function Outcome({ job }: { job: Job }) {
  const failed = job.status === 'FAILED';
  const query = api.useQuery(
    'get',
    '/api/jobs/{uuid}/failure',
    { params: { path: { uuid: job.uuid } } },
    { enabled: failed, staleTime: Infinity },
  );
  const failure = query.data?.failure;
  const why = failure ? `${failure.process}: ${failure.message}` : job.exit_message;
  return (
    <span dir="auto" title={why ?? undefined} className="line-clamp-2 wrap-anywhere">
      {failed && why ? why : workflowOf(job)}
    </span>
  );
}
