import { CircleCheck, CircleX, TriangleAlert } from 'lucide-react';
import type { ReactNode } from 'react';
import { api } from '@/shared/api/client';
import { useIsLive } from '@/shared/events/Events';
import { Card } from '@/shared/ui/Card';
import { Async } from '@/shared/ui/states';

/** Whether what runs jobs is there: database, daemon, and each engine's program. */
export function Health() {
  const ready = api.useQuery('get', '/api/health/ready', {});
  const daemon = api.useQuery('get', '/api/health/daemon', {}, { refetchOnMount: 'always' });
  const isLive = useIsLive();
  return (
    <Card title="System" flush>
      <ul className="text-sm">
        <Async query={ready} loading={null}>
          {() => (
            <Line is="well" name="Database">
              answers
            </Line>
          )}
        </Async>
        <Async query={daemon} loading={null}>
          {({ workers }) => (
            <Line is={workers > 0 ? 'well' : 'bad'} name="Daemon">
              {workers > 0
                ? `${workers} ${workers === 1 ? 'worker' : 'workers'}`
                : 'not running: nothing that is submitted starts'}
            </Line>
          )}
        </Async>
        <Line is={isLive ? 'well' : 'so-so'} name="Live updates">
          {isLive ? 'on' : 'connecting…'}
        </Line>
      </ul>
      <Engines />
    </Card>
  );
}

function Engines() {
  const engines = api.useQuery('get', '/api/engines', {}, { staleTime: Infinity });
  const codes = api.useQuery('get', '/api/codes', { params: { query: { limit: 200 } } });
  const isReady = (label: string, needsCode: boolean) =>
    !needsCode || codes.data?.items.some((code) => code.description === label);
  return (
    <Async query={engines}>
      {(list) => (
        <Async query={codes}>
          {() => (
            <ul aria-label="Engines" className="border-t border-line text-sm">
              {list.map((engine) => (
                <Line
                  key={engine.name}
                  is={isReady(engine.label, engine.needs_code) ? 'well' : 'so-so'}
                  name={engine.label}
                >
                  {isReady(engine.label, engine.needs_code) ? engine.scale : 'not installed'}
                </Line>
              ))}
            </ul>
          )}
        </Async>
      )}
    </Async>
  );
}

const LOOKS = {
  well: ['text-ok', CircleCheck],
  'so-so': ['text-wait', TriangleAlert],
  bad: ['text-bad', CircleX],
} as const;

function Line({ is, name, children }: { is: keyof typeof LOOKS; name: string; children: ReactNode }) {
  const [colour, Icon] = LOOKS[is];
  return (
    <li className="flex items-start gap-2.5 px-4 py-1.5 first:pt-3 last:pb-3">
      <Icon aria-hidden size={15} className={`mt-0.5 shrink-0 ${colour}`} />
      <span className="min-w-0 truncate" title={name}>
        {name}
      </span>
      <span className="ml-auto text-right text-muted">{children}</span>
    </li>
  );
}
