import { CircleCheck, CircleX, RotateCw, TriangleAlert } from 'lucide-react';
import type { ReactNode } from 'react';
import { api } from '@/shared/api/client';
import type { components } from '@/shared/api/schema';
import { kindOf } from '@/shared/nodes/kinds';
import { Badge } from '@/shared/ui/Badge';
import { Button } from '@/shared/ui/Button';
import { Card } from '@/shared/ui/Card';
import { Async } from '@/shared/ui/states';
import { Counts } from './Counts';

type InstanceHealth = components['schemas']['InstanceHealth'];

/** How the instance is at this moment, and what there is of all people. */
export default function Health() {
  const query = api.useQuery('get', '/api/instance/health', {}, { refetchOnMount: 'always' });
  const again = (
    <Button size="s" icon={RotateCw} busy={query.isFetching} onClick={() => void query.refetch()}>
      Ask again
    </Button>
  );
  return (
    <div className="grid items-start gap-5 lg:grid-cols-2">
      <Card title="Health" actions={again} flush>
        <Async query={query}>{(health) => <Lines health={health} />}</Async>
      </Card>
      <div className="flex min-w-0 flex-col gap-5">
        <Card title="Nodes of all people" flush>
          <Async query={query}>
            {({ nodes }) => <Counts label="Nodes by type" counts={byWord(nodes)} />}
          </Async>
        </Card>
        <Card title="Processes of all people" flush>
          <Async query={query}>
            {({ processes }) => <Counts label="Processes by state" counts={processes} />}
          </Async>
        </Card>
      </div>
    </div>
  );
}

function byWord(nodes: Record<string, number>): Record<string, number> {
  const found: Record<string, number> = {};
  for (const [type, count] of Object.entries(nodes)) {
    const { word } = kindOf(type);
    found[word] = (found[word] ?? 0) + count;
  }
  return found;
}

const DATABASES = { sqlite: 'SQLite', postgresql: 'PostgreSQL' };

function Lines({ health }: { health: InstanceHealth }) {
  const { daemon_workers, writer_runs, writes_waiting, event_subscribers, read_threads, slow_threads } =
    health;
  return (
    <ul aria-label="Health" className="text-sm">
      <Line name="Version">{health.version}</Line>
      <Line name="Database" state="well">
        {`${DATABASES[health.database]}, answered in ${health.database_ms.toFixed(1)} ms`}
      </Line>
      <Line name="Daemon workers" state={daemon_workers > 0 ? 'well' : 'bad'}>
        {daemon_workers > 0 ? daemon_workers : 'none: nothing that is submitted starts; run nanoos up'}
      </Line>
      <Line name="Writer" state={writer_runs ? 'well' : 'so-so'}>
        {writer_runs ? 'runs' : 'not running; the next write starts it'}
      </Line>
      <Line name="Writes that wait" state={writes_waiting < 20 ? 'well' : 'so-so'}>
        {writes_waiting}
      </Line>
      <Line name="Threads for reading" state={stateOf(read_threads)}>
        {`${read_threads.busy} busy of ${read_threads.limit}`}
      </Line>
      <Line name="Threads for queries and exports" state={stateOf(slow_threads)}>
        {`${slow_threads.busy} busy of ${slow_threads.limit}`}
      </Line>
      <Line name="Who follows the events">{event_subscribers}</Line>
    </ul>
  );
}

type State = 'well' | 'so-so' | 'bad';

/** Statements that wait for a thread are among the busy ones. */
function stateOf({ busy, limit }: components['schemas']['Threads']): State {
  return busy > limit ? 'so-so' : 'well';
}

const LOOKS = {
  well: { word: 'Well', kind: 'ok', icon: CircleCheck },
  'so-so': { word: 'Look at it', kind: 'wait', icon: TriangleAlert },
  bad: { word: 'Down', kind: 'bad', icon: CircleX },
} as const;

function Line({ name, state, children }: { name: string; state?: State; children: ReactNode }) {
  const look = state && LOOKS[state];
  return (
    <li className="flex min-h-10 items-center gap-3 border-b border-line px-4 py-1.5 last:border-0">
      <span className="grow">{name}</span>
      <span className="text-right text-muted tabular">{children}</span>
      {look && (
        <Badge kind={look.kind} icon={look.icon}>
          {look.word}
        </Badge>
      )}
    </li>
  );
}
