import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Ellipsis, KeyRound, ShieldCheck, ShieldOff, UserCheck, UserX } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { client } from '@/shared/api/client';
import { Button, IconButton } from '@/shared/ui/Button';
import { Confirm } from '@/shared/ui/Confirm';
import { Dialog } from '@/shared/ui/Dialog';
import { Menu } from '@/shared/ui/Menu';
import { Secret } from '@/shared/ui/Secret';
import { ErrorPanel } from '@/shared/ui/states';
import { useToast } from '@/shared/ui/Toast';
import type { Person } from './People';

type Change = { role?: Person['role']; is_active?: boolean };
type Asked = { title: string; action: string; change: Change; done: string; text: ReactNode };

/** What an administrator can do with somebody else's account; each is asked for before. */
export function PersonMenu({ person }: { person: Person }) {
  const [asked, setAsked] = useState<Asked | null>(null);
  const [isResetting, setResetting] = useState(false);
  const queries = useQueryClient();
  const toast = useToast();
  const run = async ({ change, done }: Asked) => {
    const path = { email: person.email };
    await client.PATCH('/api/users/{email}', { params: { path }, body: change });
    await queries.invalidateQueries({ queryKey: ['get', '/api/users'] });
    toast({ title: done, detail: person.email });
  };
  return (
    <>
      <Menu
        trigger={<IconButton label={`Change ${person.email}`} icon={Ellipsis} size="s" />}
        items={[
          person.role === 'admin'
            ? { label: 'Make a user', icon: ShieldOff, onSelect: () => setAsked(DEMOTE) }
            : { label: 'Make an administrator', icon: ShieldCheck, onSelect: () => setAsked(PROMOTE) },
          { label: 'New password', icon: KeyRound, onSelect: () => setResetting(true) },
          'line',
          person.is_active
            ? { label: 'Close the account', icon: UserX, danger: true, onSelect: () => setAsked(CLOSE) }
            : { label: 'Open the account again', icon: UserCheck, onSelect: () => setAsked(REOPEN) },
        ]}
      />
      {asked && (
        <Confirm
          open
          onOpenChange={() => setAsked(null)}
          title={asked.title}
          action={asked.action}
          run={() => run(asked)}
        >
          <bdi className="font-medium text-text">{person.email}</bdi> {asked.text}
        </Confirm>
      )}
      {isResetting && <NewPassword person={person} onClose={() => setResetting(false)} />}
    </>
  );
}

const PROMOTE: Asked = {
  title: 'Make this person an administrator?',
  action: 'Make an administrator',
  change: { role: 'admin' },
  done: 'Is an administrator now',
  text: 'can then change all accounts, computers and codes, from the next request on.',
};
const DEMOTE: Asked = {
  title: 'Take the role of administrator?',
  action: 'Make a user',
  change: { role: 'user' },
  done: 'Is a user now',
  text: 'administers nothing from the next request on; tokens lose the scope admin.',
};
const CLOSE: Asked = {
  title: 'Close the account?',
  action: 'Close the account',
  change: { is_active: false },
  done: 'The account is closed',
  text: 'is signed out everywhere and all tokens are revoked. The nodes stay; the account can be opened again.',
};
const REOPEN: Asked = {
  title: 'Open the account again?',
  action: 'Open it',
  change: { is_active: true },
  done: 'The account is open',
  text: 'can sign in again. Tokens that were revoked stay so.',
};

function NewPassword({ person, onClose }: { person: Person; onClose: () => void }) {
  const make = useMutation({
    mutationFn: async () => {
      const path = { email: person.email };
      const { data } = await client.POST('/api/users/{email}/password', { params: { path } });
      return data?.password ?? '';
    },
  });
  return (
    <Dialog
      open
      onOpenChange={onClose}
      title={make.data ? 'The new password' : 'Make a new password?'}
      footer={
        make.data ? (
          <Button kind="primary" onClick={onClose}>
            I have copied it
          </Button>
        ) : (
          <>
            <Button onClick={onClose}>Cancel</Button>
            <Button kind="danger" busy={make.isPending} onClick={() => make.mutate()}>
              Make a new password
            </Button>
          </>
        )
      }
    >
      <div className="flex flex-col gap-3 text-sm wrap-anywhere text-muted">
        {make.data ? (
          <>
            <p>Give it to the person; it is shown this once, and can be changed on the page Account.</p>
            <Secret label="the password" text={make.data} />
          </>
        ) : (
          <p>
            <bdi className="font-medium text-text">{person.email}</bdi> is signed out everywhere and signs in
            with the new one.
          </p>
        )}
        {make.error && (
          <div className="rounded-md bg-bad-soft">
            <ErrorPanel error={make.error} title="The password was not changed" />
          </div>
        )}
      </div>
    </Dialog>
  );
}
