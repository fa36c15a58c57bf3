import { EllipsisVertical, GitFork, RotateCcw } from 'lucide-react';
import { IconButton } from '@/shared/ui/Button';
import { Formula } from '@/shared/ui/Formula';
import { Menu, type MenuItem } from '@/shared/ui/Menu';
import { StatusBadge } from '@/shared/ui/StatusBadge';
import type { Column } from '@/shared/ui/Table';
import { TimeAgo } from '@/shared/ui/TimeAgo';
import { Duration } from '../Duration';
import { EngineName } from '../EngineName';
import { isFinal, type JobRow, nameOf, wordOf } from '../job';
import { type Action, ACTIONS, actionsFor } from '../steer';

/** What the list says of each job; the owner only when that is somebody else. */
export function columnsOf(
  me: string | undefined,
  selected: Set<string>,
  select: (job: JobRow, isSelected: boolean) => void,
  act: (action: Action, jobs: JobRow[]) => void,
): Column<JobRow>[] {
  return [
    {
      key: 'select',
      header: <span className="sr-only">Select</span>,
      width: '3rem',
      cell: (job) => (
        <input
          type="checkbox"
          aria-label={`Select ${nameOf(job)}`}
          checked={selected.has(job.uuid)}
          onChange={(event) => select(job, event.target.checked)}
          className="relative z-10 block size-4 accent-(--accent)"
        />
      ),
    },
    {
      key: 'job',
      header: 'Job',
      width: 'minmax(7rem, 3fr)',
      link: true,
      cell: (job) => (
        <>
          <span title={nameOf(job)}>{nameOf(job)}</span>
          {job.owner !== me && <span className="ml-2 font-normal text-muted">{job.owner}</span>}
        </>
      ),
    },
    { key: 'status', header: 'Status', width: '8.5rem', cell: (job) => <StatusBadge status={job.status} /> },
    {
      key: 'workflow',
      header: 'Workflow',
      width: 'minmax(6rem, 1.4fr)',
      wide: true,
      cell: (job) => <span title={wordOf(job)}>{wordOf(job)}</span>,
    },
    {
      key: 'structure',
      header: 'Structure',
      width: 'minmax(5rem, 1fr)',
      wide: true,
      cell: ({ formula }) => (formula === null ? '–' : <Formula>{formula}</Formula>),
    },
    {
      key: 'engine',
      header: 'Engine',
      width: 'minmax(5rem, 1fr)',
      wide: true,
      cell: ({ engine }) => <EngineName engine={engine} />,
    },
    {
      key: 'started',
      header: 'Started',
      width: '7rem',
      wide: true,
      cell: ({ created }) => <TimeAgo time={created} />,
    },
    {
      key: 'duration',
      header: 'Duration',
      width: '7rem',
      wide: true,
      align: 'right',
      cell: (job) => <Duration job={job} />,
    },
    {
      key: 'progress',
      header: 'Progress',
      width: '8rem',
      wide: true,
      cell: (job) => <Progress job={job} />,
    },
    {
      key: 'more',
      header: <span className="sr-only">Actions</span>,
      width: '3.75rem',
      cell: (job) => <Actions job={job} me={me} act={act} />,
    },
  ];
}

/** How many of the calculations that there are so far have ended; workflows add more as they go. */
function Progress({ job }: { job: JobRow }) {
  if (isFinal(job) || !job.calculations) return null;
  const share = (100 * (job.calculations_ended ?? 0)) / job.calculations;
  const told = `${job.calculations_ended ?? 0} of ${job.calculations}`;
  return (
    <span className="flex items-center gap-2" title={`${told} calculations have ended`}>
      <span aria-hidden className="h-1.5 grow overflow-hidden rounded-full bg-sunken">
        <span className="block h-full rounded-full bg-run" style={{ width: `${share}%` }} />
      </span>
      <span className="text-xs text-muted tabular">{told}</span>
    </span>
  );
}

function Actions({
  job,
  me,
  act,
}: {
  job: JobRow;
  me: string | undefined;
  act: (action: Action, jobs: JobRow[]) => void;
}) {
  const steering = actionsFor(job, me).map((action): MenuItem => ({
    label: ACTIONS[action].word,
    icon: ACTIONS[action].icon,
    danger: action === 'kill',
    onSelect: () => act(action, [job]),
  }));
  const items: MenuItem[] = [
    ...steering,
    ...(steering.length > 0 ? (['line'] as const) : []),
    { label: 'Submit again with changes', icon: RotateCcw, href: `/jobs/new?from=${job.uuid}` },
    { label: 'Provenance', icon: GitFork, href: `/graph/${job.uuid}` },
  ];
  return (
    <span className="relative z-10 flex">
      <Menu
        trigger={<IconButton size="s" icon={EllipsisVertical} label={`Actions for ${nameOf(job)}`} />}
        items={items}
      />
    </span>
  );
}
