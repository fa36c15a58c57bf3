import { useQueryClient } from '@tanstack/react-query';
import { CircleCheck, CircleSlash, CircleX, KeyRound, Server, Trash2 } from 'lucide-react';
import { useState } from 'react';
import { api, client } from '@/shared/api/client';
import type { components } from '@/shared/api/schema';
import { Badge } from '@/shared/ui/Badge';
import { Button, IconButton } from '@/shared/ui/Button';
import { Card } from '@/shared/ui/Card';
import { Confirm } from '@/shared/ui/Confirm';
import { lazyViewer } from '@/shared/ui/lazyViewer';
import { Async, Empty } from '@/shared/ui/states';

export type Computer = components['schemas']['Computer'];

const OwnAccess = lazyViewer(() => import('./OwnAccess'), 'h-0');

/** Where one may submit to, by which account, and accounts of one's own. */
export function Computers() {
  const [giving, setGiving] = useState<Computer | null>(null);
  const [dropping, setDropping] = useState<Computer | null>(null);
  const queries = useQueryClient();
  const query = api.useQuery('get', '/api/computers', {});
  const reload = () =>
    Promise.all([
      queries.invalidateQueries({ queryKey: ['get', '/api/computers'] }),
      queries.invalidateQueries({ queryKey: ['get', '/api/codes'] }),
    ]);
  return (
    <Card title="Computers" flush>
      <Async query={query}>
        {(computers) =>
          computers.length === 0 ? (
            <Empty icon={Server} title="You can submit to no computer">
              An administrator says who may submit where.
            </Empty>
          ) : (
            <ul aria-label="Computers">
              {computers.map((one) => (
                <Row
                  key={one.uuid}
                  computer={one}
                  give={() => setGiving(one)}
                  drop={() => setDropping(one)}
                />
              ))}
            </ul>
          )
        }
      </Async>
      {giving && <OwnAccess computer={giving} onClose={() => setGiving(null)} onDone={() => void reload()} />}
      {dropping && (
        <Confirm
          open
          onOpenChange={() => setDropping(null)}
          title={`Give up your account on ${dropping.label}?`}
          action="Give it up"
          run={async () => {
            const path = { uuid: dropping.uuid };
            await client.DELETE('/api/computers/{uuid}/access', { params: { path } });
            await reload();
          }}
        >
          Its key is deleted here, and jobs that still run there are not fetched any more.
        </Confirm>
      )}
    </Card>
  );
}

function Row({ computer, give, drop }: { computer: Computer; give: () => void; drop: () => void }) {
  const { label, hostname, description, own_accounts, configured } = computer;
  return (
    <li className="flex flex-wrap items-center gap-x-3 gap-y-2 border-b border-line px-4 py-2.5 last:border-0">
      <div className="min-w-0 grow basis-60">
        <p dir="auto" title={description || label} className="truncate text-sm font-medium">
          {label}
        </p>
        <p className="mt-0.5 flex flex-wrap gap-x-3 text-xs text-muted">
          <span dir="auto" title={hostname} className="max-w-full truncate">
            {hostname}
          </span>
          <span>{computer.scheduler.replace(/^core\./, '')}</span>
          <Access computer={computer} />
        </p>
      </div>
      <State computer={computer} />
      {own_accounts && (
        <Button size="s" icon={KeyRound} onClick={give}>
          {configured ? 'Replace the key' : 'Use my account'}
        </Button>
      )}
      {own_accounts && configured && (
        <IconButton label={`Give up my account on ${label}`} icon={Trash2} size="s" onClick={drop} />
      )}
    </li>
  );
}

/** As far as it is told: how the daemon reaches the computer for the one who is signed in. */
function Access({ computer: { configured, settings } }: { computer: Computer }) {
  if (!configured) return <span>no account of yours yet</span>;
  const { username, use_login_shell, safe_interval } = settings;
  return (
    <>
      {typeof username === 'string' && (
        <span>
          as <bdi>{username}</bdi>
        </span>
      )}
      {typeof safe_interval === 'number' && safe_interval > 0 && (
        <span>{`a connection every ${safe_interval} s at most`}</span>
      )}
      {typeof use_login_shell === 'boolean' && (
        <span>{use_login_shell ? 'login shell' : 'no login shell'}</span>
      )}
    </>
  );
}

function State({ computer: { configured, enabled } }: { computer: Computer }) {
  if (enabled)
    return (
      <Badge kind="ok" icon={CircleCheck}>
        Ready
      </Badge>
    );
  return configured ? (
    <Badge kind="bad" icon={CircleX}>
      Disabled
    </Badge>
  ) : (
    <Badge kind="plain" icon={CircleSlash}>
      Not set up
    </Badge>
  );
}
