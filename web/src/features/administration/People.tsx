import { CircleCheck, CircleSlash, MailPlus, ShieldCheck, UserPlus, UserRound } from 'lucide-react';
import { useState } from 'react';
import { api } from '@/shared/api/client';
import type { components } from '@/shared/api/schema';
import { useSession } from '@/shared/session/Session';
import { Badge } from '@/shared/ui/Badge';
import { Button } from '@/shared/ui/Button';
import { Card } from '@/shared/ui/Card';
import { Input } from '@/shared/ui/Field';
import { lazyViewer } from '@/shared/ui/lazyViewer';
import { Async } from '@/shared/ui/states';
import { type Column, Table } from '@/shared/ui/Table';
import { PersonMenu } from './PersonMenu';

export type Person = components['schemas']['User'];

const NewPerson = lazyViewer(() => import('./NewPerson'), 'h-0');
const Invite = lazyViewer(() => import('./Invite'), 'h-0');
const DAY = new Intl.DateTimeFormat('en', { dateStyle: 'medium' });
const POLICIES = {
  closed: 'Nobody can open an account: make one here, for each person.',
  invite: 'Whoever has an invite can open an account.',
  open: 'Everybody can open an account.',
};

/** Everybody with an account. */
export default function People() {
  const [text, setText] = useState('');
  const [open, setOpen] = useState<'new' | 'invite' | null>(null);
  const query = api.useQuery('get', '/api/users', {}, { refetchOnMount: 'always' });
  const ways = api.useQuery('get', '/api/auth/ways', {});
  const { me } = useSession();
  const fits = ({ email, first_name, last_name }: Person) =>
    `${email} ${first_name} ${last_name}`.toLowerCase().includes(text.toLowerCase());
  return (
    <div className="flex flex-col gap-4">
      <div className="flex flex-wrap items-center gap-2">
        <Input
          type="search"
          aria-label="Find a person"
          placeholder="Name or e-mail address"
          value={text}
          onChange={(event) => setText(event.target.value)}
          className="max-w-72"
        />
        <span className="ml-auto flex gap-2">
          {ways.data?.sign_up === 'invite' && (
            <Button icon={MailPlus} onClick={() => setOpen('invite')}>
              Invite
            </Button>
          )}
          <Button kind="primary" icon={UserPlus} onClick={() => setOpen('new')}>
            New person
          </Button>
        </span>
      </div>
      {ways.data && (
        <p className="text-sm text-muted">
          {POLICIES[ways.data.sign_up]}
          {ways.data.elsewhere && ' People also sign in at the OpenID Connect provider of this instance.'} Set
          it by <code>NANOOS_API_SIGN_UP</code>: <code>closed</code>, <code>invite</code> or <code>open</code>
          .
        </p>
      )}
      <Card flush>
        <Async query={query}>
          {(people) => (
            <>
              <Table
                label="People"
                columns={columnsOf(me?.email)}
                rows={people.filter(fits)}
                rowKey={(one) => one.email}
              />
              <p role="status" className="border-t border-line px-4 py-2 text-xs text-muted tabular">
                {`${people.filter(fits).length} of ${people.length}`}
              </p>
            </>
          )}
        </Async>
      </Card>
      {open === 'new' && <NewPerson onClose={() => setOpen(null)} />}
      {open === 'invite' && <Invite onClose={() => setOpen(null)} />}
    </div>
  );
}

function columnsOf(own: string | undefined): Column<Person>[] {
  return [
    { key: 'who', header: 'Person', cell: (one) => <Who person={one} /> },
    { key: 'role', header: 'Role', width: '10rem', wide: true, cell: (one) => <Role person={one} /> },
    { key: 'account', header: 'Account', width: '7rem', cell: (one) => <State person={one} /> },
    {
      key: 'nodes',
      header: 'Nodes',
      width: '7rem',
      align: 'right',
      wide: true,
      cell: ({ nodes }) => nodes?.toLocaleString('en') ?? 'not counted',
    },
    {
      key: 'since',
      header: 'Since',
      width: '9rem',
      align: 'right',
      wide: true,
      cell: ({ created }) => DAY.format(1000 * created),
    },
    {
      key: 'more',
      header: <span className="sr-only">Change</span>,
      width: '5rem',
      align: 'right',
      cell: (one) => one.email !== own && <PersonMenu person={one} />,
    },
  ];
}

function Who({ person: { email, first_name, last_name } }: { person: Person }) {
  const name = `${first_name} ${last_name}`.trim();
  return (
    <span className="block truncate" title={`${name} ${email}`}>
      {name && <bdi className="mr-2 font-medium">{name}</bdi>}
      <bdi className={name ? 'text-muted' : 'font-medium'}>{email}</bdi>
    </span>
  );
}

function Role({ person: { role } }: { person: Person }) {
  const Icon = role === 'admin' ? ShieldCheck : UserRound;
  return (
    <span className="inline-flex items-center gap-1.5 align-middle">
      <Icon aria-hidden size={14} className={role === 'admin' ? 'text-accent-text' : 'text-muted'} />
      {role === 'admin' ? 'Administrator' : 'User'}
    </span>
  );
}

function State({ person: { is_active } }: { person: Person }) {
  return is_active ? (
    <Badge kind="ok" icon={CircleCheck}>
      Open
    </Badge>
  ) : (
    <Badge kind="plain" icon={CircleSlash}>
      Closed
    </Badge>
  );
}
