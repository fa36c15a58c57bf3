import { CircleCheck, CircleX, LoaderCircle, RotateCw } from 'lucide-react';
import { api } from '@/shared/api/client';
import { messageOf } from '@/shared/api/errors';
import { Button, ButtonLink } from '@/shared/ui/Button';
import { Card } from '@/shared/ui/Card';
import { Formula } from '@/shared/ui/Formula';
import { Link } from '@/shared/ui/Link';
import { type Job, nameOf } from '../job';

export type Outcome = { job: Job } | { error: unknown } | 'sending';

/** What became of each structure of a batch. */
export function Outcomes({
  outcomes,
  onAgain,
}: {
  outcomes: Record<string, Outcome>;
  /** Send those again that were refused. */
  onAgain: () => void;
}) {
  const all = Object.values(outcomes);
  const refused = all.filter((one) => typeof one === 'object' && 'error' in one).length;
  const made = all.filter((one) => typeof one === 'object' && 'job' in one).length;
  return (
    <Card
      flush
      title={`${made} of ${all.length} submitted${refused > 0 ? `, ${refused} refused` : ''}`}
      actions={
        <span className="flex gap-2">
          {refused > 0 && (
            <Button size="s" icon={RotateCw} onClick={onAgain}>
              Try these again
            </Button>
          )}
          <ButtonLink size="s" href="/jobs">
            All jobs
          </ButtonLink>
        </span>
      }
    >
      <ul aria-label="Outcomes" aria-live="polite">
        {Object.entries(outcomes).map(([uuid, outcome]) => (
          <Row key={uuid} uuid={uuid} outcome={outcome} />
        ))}
      </ul>
    </Card>
  );
}

function Row({ uuid, outcome }: { uuid: string; outcome: Outcome }) {
  const structure = api.useQuery(
    'get',
    '/api/structures/{structure_uuid}',
    { params: { path: { structure_uuid: uuid } } },
    { staleTime: Infinity },
  );
  return (
    <li className="flex items-start gap-3 border-b border-line px-4 py-2 text-sm last:border-0">
      <span className="w-28 shrink-0 truncate">
        <Formula>{structure.data?.formula ?? uuid.slice(0, 8)}</Formula>
      </span>
      {outcome === 'sending' ? (
        <span className="flex items-center gap-2 text-muted">
          <LoaderCircle aria-hidden size={14} className="animate-spin" /> being submitted
        </span>
      ) : 'job' in outcome ? (
        <span className="flex min-w-0 items-center gap-2">
          <CircleCheck aria-hidden size={14} className="shrink-0 text-ok" />
          <Link
            href={`/jobs/${outcome.job.uuid}`}
            className="truncate"
            dir="auto"
            title={nameOf(outcome.job)}
          >
            {nameOf(outcome.job)}
          </Link>
        </span>
      ) : (
        <span className="flex min-w-0 items-start gap-2 text-bad">
          <CircleX aria-hidden size={14} className="mt-0.5 shrink-0" />
          <span className="wrap-anywhere">{messageOf(outcome.error)}</span>
        </span>
      )}
    </li>
  );
}
