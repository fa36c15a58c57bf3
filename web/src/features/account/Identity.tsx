import { api } from '@/shared/api/client';
import { Card } from '@/shared/ui/Card';
import { Async } from '@/shared/ui/states';

const ROLES = { user: 'User', admin: 'Administrator' };

/** Who is signed in. */
export function Identity() {
  const query = api.useQuery('get', '/api/auth/me', {});
  return (
    <Card title="Who you are">
      <Async query={query}>
        {(me) => (
          <dl className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-6 gap-y-2 text-sm">
            <Fact word="Name">{[me.first_name, me.last_name].filter(Boolean).join(' ') || 'not given'}</Fact>
            <Fact word="E-mail address">{me.email}</Fact>
            <Fact word="Role">{ROLES[me.role]}</Fact>
          </dl>
        )}
      </Async>
    </Card>
  );
}

function Fact({ word, children }: { word: string; children: string }) {
  return (
    <>
      <dt className="text-muted">{word}</dt>
      <dd dir="auto" title={children} className="truncate">
        {children}
      </dd>
    </>
  );
}
