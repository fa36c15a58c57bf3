import '../reload';
import { CirclePlay, ListX, Plus } from 'lucide-react';
import { useRouter } from 'next/router';
import { useState } from 'react';
import { useList } from '@/shared/api/list';
import { useSession } from '@/shared/session/Session';
import { Page } from '@/shared/shell/Page';
import { Button, ButtonLink } from '@/shared/ui/Button';
import { Card } from '@/shared/ui/Card';
import { Empty, SkeletonRows } from '@/shared/ui/states';
import { VirtualTable } from '@/shared/ui/VirtualTable';
import type { JobRow } from '../job';
import { type Action, ACTIONS, actionsFor, useSteering } from '../steer';
import { columnsOf } from './columns';
import { FilterBar } from './FilterBar';
import { asked, useFilters } from './filters';

/** All jobs, as they go: found by filters, steered one by one or several at once. */
export function JobsPage() {
  // Before, the filters of the address are not known.
  return useRouter().isReady ? <Shown /> : <SkeletonRows rows={8} />;
}

function Shown() {
  const { me } = useSession();
  const [filters, change] = useFilters();
  const list = useList('/api/jobs', { query: asked(filters) });
  const [selected, setSelected] = useState<Set<string>>(new Set());
  const { act, busy, dialogs } = useSteering();
  const select = (job: JobRow, isSelected: boolean) => {
    const next = new Set(selected);
    if (isSelected) next.add(job.uuid);
    else next.delete(job.uuid);
    setSelected(next);
  };
  const chosen = list.items.filter((job) => selected.has(job.uuid));
  return (
    <Page
      title="Jobs"
      fill
      actions={
        <ButtonLink href="/jobs/new" kind="primary" icon={Plus}>
          New job
        </ButtonLink>
      }
    >
      <FilterBar filters={filters} change={change} />
      {chosen.length > 0 && (
        <Selection
          jobs={chosen}
          me={me?.email}
          busy={busy}
          act={act}
          onClear={() => setSelected(new Set())}
        />
      )}
      <Card flush className="min-h-60 grow [&>div]:h-full">
        <VirtualTable
          label="Jobs"
          list={list}
          columns={columnsOf(me?.email, selected, select, act)}
          rowKey={(job) => job.uuid}
          href={(job) => `/jobs/${job.uuid}`}
          empty={<NoJobs isFiltered={Object.keys(filters).length > 0} />}
        />
      </Card>
      {dialogs}
    </Page>
  );
}

/** What can be done with the jobs that are selected. */
function Selection({
  jobs,
  me,
  busy,
  act,
  onClear,
}: {
  jobs: JobRow[];
  me: string | undefined;
  busy: Action | null;
  act: (action: Action, jobs: JobRow[]) => void;
  onClear: () => void;
}) {
  return (
    <div
      role="toolbar"
      aria-label="Selected jobs"
      className="flex flex-wrap items-center gap-2 rounded-lg border border-accent bg-accent-soft px-3 py-2 text-sm"
    >
      <span className="mr-2 font-medium tabular">{`${jobs.length} selected`}</span>
      {(['pause', 'play', 'kill'] as const).map((action) => {
        const fitting = jobs.filter((job) => actionsFor(job, me).includes(action));
        return (
          <Button
            key={action}
            size="s"
            kind={action === 'kill' ? 'danger' : 'secondary'}
            icon={ACTIONS[action].icon}
            busy={busy === action}
            disabled={fitting.length === 0}
            title={fitting.length === 0 ? 'None of them is yours and in a state for this' : undefined}
            onClick={() => act(action, fitting)}
          >
            {`${ACTIONS[action].word}${fitting.length > 0 ? ` (${fitting.length})` : ''}`}
          </Button>
        );
      })}
      <Button size="s" kind="quiet" className="ml-auto" onClick={onClear}>
        Clear the selection
      </Button>
    </div>
  );
}

function NoJobs({ isFiltered }: { isFiltered: boolean }) {
  if (isFiltered) {
    return (
      <Empty icon={ListX} title="No job fits these filters">
        Take another status, workflow, engine or time.
      </Empty>
    );
  }
  return (
    <Empty
      icon={CirclePlay}
      title="No jobs yet"
      action={<ButtonLink href="/jobs/new">Submit the first</ButtonLink>}
    >
      A job computes a property of a structure with an engine, and keeps where every number is from.
    </Empty>
  );
}
