import '../reload';
import { GitFork, RotateCcw } from 'lucide-react';
import { useRouter } from 'next/router';
import { api } from '@/shared/api/client';
import { useSession } from '@/shared/session/Session';
import { Page } from '@/shared/shell/Page';
import { Button, ButtonLink } from '@/shared/ui/Button';
import { Card } from '@/shared/ui/Card';
import { CopyId } from '@/shared/ui/copy';
import { Formula } from '@/shared/ui/Formula';
import { Link } from '@/shared/ui/Link';
import { ErrorPanel, SkeletonRows } from '@/shared/ui/states';
import { StatusBadge } from '@/shared/ui/StatusBadge';
import { Tabs } from '@/shared/ui/Tabs';
import { TimeAgo } from '@/shared/ui/TimeAgo';
import { Duration } from '../Duration';
import { EngineName } from '../EngineName';
import { isFinal, type JobDetail, nameOf, wordOf, workflowOf, WORKFLOWS } from '../job';
import { ACTIONS, actionsFor, useSteering } from '../steer';
import { CachingCard } from './CachingCard';
import { FailureCard } from './FailureCard';
import { Files } from './Files';
import { Inputs, NodeLinks } from './Inputs';
import { LiveCurves } from './LiveCurves';
import { Report } from './Report';
import { Results } from './Results';
import { Steps } from './Steps';
import { useJob } from './useJob';

/** One job: how it goes, what came of it, from what, and why. */
export function JobPage() {
  const { query, isReady } = useRouter();
  if (!isReady || typeof query.id !== 'string') return <SkeletonRows rows={8} />;
  return <Loaded key={query.id} uuid={query.id} />;
}

function Loaded({ uuid }: { uuid: string }) {
  const query = useJob(uuid);
  if (query.data) return <Shown job={query.data} />;
  return (
    <Page title="Job">
      {query.error ? <ErrorPanel error={query.error} retry={query.refetch} /> : <SkeletonRows rows={8} />}
    </Page>
  );
}

function Shown({ job }: { job: JobDetail }) {
  const router = useRouter();
  const tab = typeof router.query.tab === 'string' ? router.query.tab : 'overview';
  const isOver = isFinal(job);
  const choose = (value: string) =>
    void router.push(
      { query: { id: job.uuid, ...(value === 'overview' ? {} : { tab: value }) } },
      undefined,
      {
        shallow: true,
      },
    );
  return (
    <Page title={nameOf(job)} subtitle={<Facts job={job} />} actions={<Actions job={job} />}>
      {(job.status === 'FAILED' || job.status === 'KILLED') && <FailureCard job={job} />}
      {!isOver && <Progress uuid={job.uuid} />}
      <Tabs
        label="Parts of the job"
        value={tab}
        onChange={choose}
        tabs={[
          { value: 'overview', label: 'Results', content: <Overview job={job} /> },
          { value: 'report', label: 'Report', content: <Report uuid={job.uuid} isOver={isOver} /> },
          { value: 'inputs', label: 'Inputs', content: <Inputs job={job} /> },
          { value: 'files', label: 'Files', content: <Files uuid={job.uuid} isOver={isOver} /> },
        ]}
      />
    </Page>
  );
}

function Facts({ job }: { job: JobDetail }) {
  return (
    <div className="flex flex-wrap items-center gap-x-4 gap-y-1">
      <StatusBadge status={job.status} />
      <span>{wordOf(job)}</span>
      {job.structure && (
        <Link href={`/structures/${job.structure}`}>
          {job.formula ? <Formula>{job.formula}</Formula> : 'structure'}
        </Link>
      )}
      {job.engine && <EngineName engine={job.engine} />}
      <Owner owner={job.owner} />
      <TimeAgo time={job.created} />
      <Duration job={job} />
      <CopyId id={job.uuid} />
    </div>
  );
}

function Owner({ owner }: { owner: string }) {
  const { me } = useSession();
  if (me === undefined || me.email === owner) return null;
  return (
    <span className="max-w-60 truncate" title={owner}>
      {owner}
    </span>
  );
}

function Actions({ job }: { job: JobDetail }) {
  const { me } = useSession();
  const { act, busy, dialogs } = useSteering();
  return (
    <>
      {actionsFor(job, me?.email).map((action) => (
        <Button
          key={action}
          kind={action === 'kill' ? 'danger' : 'secondary'}
          icon={ACTIONS[action].icon}
          busy={busy === action}
          onClick={() => act(action, [job])}
        >
          {ACTIONS[action].word}
        </Button>
      ))}
      {workflowOf(job) in WORKFLOWS && (
        <ButtonLink icon={RotateCcw} href={`/jobs/new?from=${job.uuid}`}>
          Submit again with changes
        </ButtonLink>
      )}
      <ButtonLink icon={GitFork} href={`/graph/${job.uuid}`}>
        Provenance
      </ButtonLink>
      {dialogs}
    </>
  );
}

/** How far a job is: calculations that have ended, and the latest line of its report. */
function Progress({ uuid }: { uuid: string }) {
  const { data } = api.useQuery('get', '/api/jobs/{uuid}/status', { params: { path: { uuid } } });
  if (data === undefined) return null;
  const { calculations, calculations_ended, report } = data;
  return (
    <div role="status" aria-label="Progress" className="flex flex-col gap-1.5 text-sm">
      {calculations > 0 && (
        <div className="flex items-center gap-3">
          <span aria-hidden className="h-1.5 w-full max-w-80 overflow-hidden rounded-full bg-hover">
            <span
              className="block h-full rounded-full bg-run transition-[width]"
              style={{ width: `${(100 * calculations_ended) / calculations}%` }}
            />
          </span>
          <span className="tabular">{`${calculations_ended} of ${calculations} calculations`}</span>
        </div>
      )}
      <p dir="auto" className="truncate text-muted" title={report}>
        {report || 'It has reported nothing yet.'}
      </p>
    </div>
  );
}

function Overview({ job }: { job: JobDetail }) {
  const isOver = isFinal(job);
  const steps = <Steps uuid={job.uuid} isOver={isOver} />;
  const isChain = workflowOf(job) === 'multiscale';
  const hasResults = isChain || !isOver || job.outputs.length > 0;
  return (
    <div className="grid items-start gap-5 lg:grid-cols-[minmax(0,1fr)_20rem]">
      {isChain && (
        <div className="min-w-0 lg:col-span-2">
          <Results job={job} />
        </div>
      )}
      <div className="flex min-w-0 flex-col gap-5">
        {!isOver && <LiveCurves uuid={job.uuid} isOver={false} />}
        {!isChain && (hasResults ? <Results job={job} /> : steps)}
        {isOver && workflowOf(job) !== 'md' && <LiveCurves uuid={job.uuid} isOver />}
        {job.outputs.length > 0 && (
          <Card title="Nodes that came out" flush>
            <NodeLinks label="Outputs" links={job.outputs} />
          </Card>
        )}
      </div>
      <div className="flex min-w-0 flex-col gap-5">
        {hasResults && steps}
        <CachingCard uuid={job.uuid} isOver={isOver} />
      </div>
    </div>
  );
}
