import { useQueryClient } from '@tanstack/react-query';
import { CircleCheck, CircleSlash, Ellipsis, Plus, Power, PowerOff, Server, UserCheck } from 'lucide-react';
import { useState } from 'react';
import { api, client } from '@/shared/api/client';
import { messageOf } from '@/shared/api/errors';
import type { components } from '@/shared/api/schema';
import { Badge } from '@/shared/ui/Badge';
import { Button, IconButton } from '@/shared/ui/Button';
import { Card } from '@/shared/ui/Card';
import { Confirm } from '@/shared/ui/Confirm';
import { lazyViewer } from '@/shared/ui/lazyViewer';
import { Menu } from '@/shared/ui/Menu';
import { Async, Empty } from '@/shared/ui/states';
import { type Column, Table } from '@/shared/ui/Table';
import { useToast } from '@/shared/ui/Toast';

export type Computer = components['schemas']['Computer'];

const NewComputer = lazyViewer(() => import('./NewComputer'), 'h-0');
const PermitPerson = lazyViewer(() => import('./PermitPerson'), 'h-0');

/** All computers: new ones, who may submit there, and an end to that for all. */
export default function Computers() {
  const [isMaking, setMaking] = useState(false);
  const query = api.useQuery('get', '/api/computers', {});
  return (
    <Card
      title="Computers"
      flush
      actions={
        <Button size="s" icon={Plus} onClick={() => setMaking(true)}>
          New computer
        </Button>
      }
    >
      <Async query={query}>
        {(computers) =>
          computers.length === 0 ? (
            <Empty icon={Server} title="No computers yet">
              Set one up, then say who may submit there.
            </Empty>
          ) : (
            <Table label="Computers" columns={COLUMNS} rows={computers} rowKey={(one) => one.uuid} />
          )
        }
      </Async>
      {isMaking && <NewComputer onClose={() => setMaking(false)} />}
    </Card>
  );
}

const COLUMNS: Column<Computer>[] = [
  {
    key: 'label',
    header: 'Computer',
    cell: ({ label, description }) => (
      <span title={description || label} className="font-medium">
        {label}
      </span>
    ),
  },
  {
    key: 'hostname',
    header: 'Host',
    wide: true,
    cell: ({ hostname }) => <bdi title={hostname}>{hostname}</bdi>,
  },
  {
    key: 'how',
    header: 'Reached by, scheduler',
    wide: true,
    cell: ({ transport, scheduler }) => <code>{`${transport}, ${scheduler}`}</code>,
  },
  {
    key: 'own',
    header: 'Own accounts',
    width: '8rem',
    wide: true,
    cell: ({ own_accounts }) => (own_accounts ? 'may be used' : 'no'),
  },
  { key: 'you', header: 'For you', width: '8rem', cell: (computer) => <State computer={computer} /> },
  {
    key: 'more',
    header: <span className="sr-only">Change</span>,
    width: '5rem',
    align: 'right',
    cell: (computer) => <ComputerMenu computer={computer} />,
  },
];

function State({ computer: { enabled, configured } }: { computer: Computer }) {
  return enabled ? (
    <Badge kind="ok" icon={CircleCheck}>
      Ready
    </Badge>
  ) : (
    <Badge kind="plain" icon={CircleSlash}>
      {configured ? 'Disabled' : 'No access'}
    </Badge>
  );
}

function ComputerMenu({ computer }: { computer: Computer }) {
  const [open, setOpen] = useState<'permit' | 'disable' | null>(null);
  const queries = useQueryClient();
  const toast = useToast();
  const enable = async (enabled: boolean) => {
    const path = { uuid: computer.uuid };
    await client.PATCH('/api/computers/{uuid}', { params: { path }, body: { enabled } });
    await queries.invalidateQueries({ queryKey: ['get', '/api/computers'] });
    toast({ title: `${computer.label} is ${enabled ? 'enabled' : 'disabled'} for all who have access` });
  };
  const enableAll = () =>
    enable(true).catch((error: unknown) =>
      toast({ kind: 'bad', title: 'The computer was not enabled', detail: messageOf(error) }),
    );
  return (
    <>
      <Menu
        trigger={<IconButton label={`Change ${computer.label}`} icon={Ellipsis} size="s" />}
        items={[
          { label: 'Who may submit there', icon: UserCheck, onSelect: () => setOpen('permit') },
          { label: 'Enable for all who have access', icon: Power, onSelect: () => void enableAll() },
          { label: 'Disable for all', icon: PowerOff, danger: true, onSelect: () => setOpen('disable') },
        ]}
      />
      {open === 'permit' && <PermitPerson computer={computer} onClose={() => setOpen(null)} />}
      {open === 'disable' && (
        <Confirm
          open
          onOpenChange={() => setOpen(null)}
          title={`Disable ${computer.label} for all?`}
          action="Disable"
          run={() => enable(false)}
        >
          Nobody can submit there until it is enabled again, not even by an account of their own.
        </Confirm>
      )}
    </>
  );
}
