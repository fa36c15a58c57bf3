import { useQueryClient } from '@tanstack/react-query';
import { CircleCheck, CircleSlash, Clock, KeyRound, Plus, Trash2 } from 'lucide-react';
import { useState } from 'react';
import { api, client } from '@/shared/api/client';
import { Badge } from '@/shared/ui/Badge';
import { Button, IconButton } from '@/shared/ui/Button';
import { Card } from '@/shared/ui/Card';
import { Confirm } from '@/shared/ui/Confirm';
import { lazyViewer } from '@/shared/ui/lazyViewer';
import { Link } from '@/shared/ui/Link';
import { Async, Empty } from '@/shared/ui/states';
import { TimeAgo } from '@/shared/ui/TimeAgo';
import { stateOf, type Token } from './tokens';

const NewToken = lazyViewer(() => import('./NewToken'), 'h-0');
const DAY = new Intl.DateTimeFormat('en', { dateStyle: 'medium' });
const STATES = {
  valid: { word: 'Valid', kind: 'ok', icon: CircleCheck },
  expired: { word: 'Expired', kind: 'wait', icon: Clock },
  revoked: { word: 'Revoked', kind: 'plain', icon: CircleSlash },
} as const;

/** Personal access tokens: those there are, new ones, and an end to them. */
export function Tokens() {
  const [isMaking, setMaking] = useState(false);
  const [ending, setEnding] = useState<Token | null>(null);
  const queries = useQueryClient();
  const query = api.useQuery('get', '/api/auth/tokens', {});
  const reload = () => queries.invalidateQueries({ queryKey: ['get', '/api/auth/tokens'] });
  return (
    <Card
      title="Personal access tokens"
      flush
      actions={
        <Button size="s" icon={Plus} onClick={() => setMaking(true)}>
          New token
        </Button>
      }
    >
      <Async query={query}>
        {(tokens) =>
          tokens.length === 0 ? (
            <Empty icon={KeyRound} title="No tokens yet">
              Scripts and agents use the <Link href="/help">API</Link> with a token of yours, which may do no
              more than you say.
            </Empty>
          ) : (
            <ul aria-label="Personal access tokens">
              {tokens.map((token) => (
                <Row key={token.id} token={token} end={() => setEnding(token)} />
              ))}
            </ul>
          )
        }
      </Async>
      {isMaking && <NewToken onClose={() => setMaking(false)} onMade={() => void reload()} />}
      {ending && (
        <Confirm
          open
          onOpenChange={() => setEnding(null)}
          title="Revoke the token?"
          action="Revoke"
          run={async () => {
            await client.DELETE('/api/auth/tokens/{token_id}', { params: { path: { token_id: ending.id } } });
            await reload();
          }}
        >
          Programs that use <bdi className="font-medium text-text">{ending.name}</bdi> are refused from now
          on. This cannot be taken back.
        </Confirm>
      )}
    </Card>
  );
}

function Row({ token, end }: { token: Token; end: () => void }) {
  const [now] = useState(Date.now);
  const state = stateOf(token, now);
  const { word, ...look } = STATES[state];
  return (
    <li className="flex items-center gap-3 border-b border-line px-4 py-2.5 last:border-0">
      <div className="min-w-0 grow">
        <p dir="auto" title={token.name} className="truncate text-sm font-medium">
          {token.name}
        </p>
        <p className="mt-0.5 flex flex-wrap gap-x-3 text-xs text-muted">
          <code>{token.scopes.join(' ')}</code>
          {token.group !== null && <Link href={`/groups/${token.group}`}>for one group</Link>}
          <span>
            made <TimeAgo time={new Date(1000 * token.created)} />
          </span>
          <span>
            {token.expires === null
              ? 'valid until it is revoked'
              : `valid until ${DAY.format(1000 * token.expires)}`}
          </span>
        </p>
      </div>
      <Badge {...look}>{word}</Badge>
      {state === 'revoked' ? (
        <span aria-hidden className="size-7" />
      ) : (
        <IconButton label={`Revoke ${token.name}`} icon={Trash2} size="s" onClick={end} />
      )}
    </li>
  );
}
