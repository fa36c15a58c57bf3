import { LiveCurves } from '@/features/jobs/detail/LiveCurves';
import { isFinal, nameOf } from '@/features/jobs/job';
import { api } from '@/shared/api/client';
import { Card } from '@/shared/ui/Card';
import { Link } from '@/shared/ui/Link';
import { StatusBadge } from '@/shared/ui/StatusBadge';
import { TimeAgo } from '@/shared/ui/TimeAgo';

/** Of so many the curves are shown: each holds a connection. */
const FOLLOWED = 1;
const MOST = 20;

/** What is being trained now, and how that goes. */
export default function Trainings() {
  const jobs = api.useQuery('get', '/api/jobs', { params: { query: { workflow: 'training', limit: MOST } } });
  const active = jobs.data?.items.filter((job) => !isFinal(job)) ?? [];
  if (active.length === 0) return null;
  return (
    <Card title="Being trained" flush className="shrink-0">
      <ul aria-label="Being trained" className="max-h-[45dvh] overflow-y-auto">
        {active.map((job, at) => (
          <li key={job.uuid} className="border-b border-line px-4 py-2.5 text-sm last:border-0">
            <p className="flex items-center gap-3">
              <Link href={`/jobs/${job.uuid}`} dir="auto" title={nameOf(job)} className="min-w-0 truncate">
                {nameOf(job)}
              </Link>
              <StatusBadge status={job.status} />
              <span className="ml-auto text-muted">
                <TimeAgo time={job.created} />
              </span>
            </p>
            {at < FOLLOWED && (
              <div className="mt-2 empty:hidden">
                <LiveCurves uuid={job.uuid} isOver={false} />
              </div>
            )}
          </li>
        ))}
      </ul>
    </Card>
  );
}
