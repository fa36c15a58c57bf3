import { CircleX, Lightbulb } from 'lucide-react';
import { api } from '@/shared/api/client';
import { ButtonLink } from '@/shared/ui/Button';
import { Link } from '@/shared/ui/Link';
import { Async, Skeleton } from '@/shared/ui/states';
import type { JobDetail } from '../job';
import { adviceFor } from './advice';

/** Why a job failed or was ended, where, and what to try next. */
export function FailureCard({ job }: { job: JobDetail }) {
  const query = api.useQuery(
    'get',
    '/api/jobs/{uuid}/failure',
    { params: { path: { uuid: job.uuid } } },
    { staleTime: 'static' },
  );
  return (
    <section
      aria-label="Why it failed"
      className="rounded-lg border border-bad/40 bg-bad-soft px-4 py-3 text-sm"
    >
      <Async query={query} loading={<Skeleton className="h-10" />}>
        {({ failure }) => (
          <div className="flex flex-col gap-3">
            <div className="flex items-start gap-3">
              <CircleX aria-hidden size={18} className="mt-px shrink-0 text-bad" />
              <div className="min-w-0">
                <p dir="auto" className="font-medium wrap-anywhere first-letter:uppercase">
                  {failure?.message ?? job.exit_message ?? 'It gave no reason'}
                </p>
                {failure && (
                  <p className="mt-0.5 text-xs">
                    In{' '}
                    {failure.uuid === job.uuid ? (
                      failure.process
                    ) : (
                      <Link href={`/jobs/${failure.uuid}`}>{failure.process}</Link>
                    )}
                    {failure.exit_status !== null && `, exit status ${failure.exit_status}`}
                    {job.exit_status !== null &&
                      job.exit_status !== failure.exit_status &&
                      `; the job itself ended with ${job.exit_status}: ${job.exit_message ?? ''}`}
                  </p>
                )}
              </div>
            </div>
            {adviceFor(job, failure).map(({ text, word, href }) => (
              <div key={text} className="flex flex-wrap items-center gap-x-3 gap-y-2">
                <Lightbulb aria-hidden size={18} className="shrink-0 text-wait" />
                <span className="min-w-0 flex-1 basis-60">{text}</span>
                {href && word && (
                  <ButtonLink size="s" href={href}>
                    {word}
                  </ButtonLink>
                )}
              </div>
            ))}
          </div>
        )}
      </Async>
    </section>
  );
}
