import type { ReactNode } from 'react';
import { StatusBadge } from '@/shared/ui/StatusBadge';
import { RowLink } from '@/shared/ui/Table';
import { TimeAgo } from '@/shared/ui/TimeAgo';
import { type Job, nameOf } from './jobs';

/** Jobs with their status, and a line below each. */
export function JobRows({
  label,
  jobs,
  below,
}: {
  label: string;
  jobs: Job[];
  below: (job: Job) => ReactNode;
}) {
  return (
    <ul aria-label={label}>
      {jobs.map((job) => (
        <li
          key={job.uuid}
          className="relative flex items-start gap-3 border-b border-line px-4 py-2.5 last:border-0 hover:bg-hover"
        >
          <div className="min-w-0 grow">
            <div dir="auto" title={nameOf(job)} className="text-sm">
              <RowLink href={`/jobs/${job.uuid}`}>{nameOf(job)}</RowLink>
            </div>
            <div className="mt-0.5 text-xs text-muted">{below(job)}</div>
          </div>
          <div className="flex shrink-0 flex-col items-end gap-1">
            <StatusBadge status={job.status} />
            <span className="text-xs text-muted">
              <TimeAgo time={job.modified} />
            </span>
          </div>
        </li>
      ))}
    </ul>
  );
}
