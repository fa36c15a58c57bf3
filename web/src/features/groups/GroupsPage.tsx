import { FileUp, FolderTree, Plus } from 'lucide-react';
import { useRouter } from 'next/router';
import { useState } from 'react';
import { useList } from '@/shared/api/list';
import { Page } from '@/shared/shell/Page';
import { Button } from '@/shared/ui/Button';
import { Checkbox } from '@/shared/ui/Field';
import { lazyViewer } from '@/shared/ui/lazyViewer';
import { Empty } from '@/shared/ui/states';
import type { Column } from '@/shared/ui/Table';
import { TimeAgo } from '@/shared/ui/TimeAgo';
import { VirtualTable } from '@/shared/ui/VirtualTable';
import { type Group, isPlain, useReload } from './groups';

const GroupForm = lazyViewer(() => import('./GroupForm'), 'h-0');
const ImportArchive = lazyViewer(() => import('./ImportArchive'), 'h-0');
const COLUMNS: Column<Group>[] = [
  {
    key: 'name',
    header: 'Name',
    width: 'minmax(0, 5fr)',
    cell: (group) => <span title={group.description || group.name}>{group.name}</span>,
  },
  {
    key: 'type',
    header: 'Kind',
    width: 'minmax(0, 2fr)',
    wide: true,
    cell: (group) => (isPlain(group) ? 'Group' : <code>{group.type}</code>),
  },
  {
    key: 'owner',
    header: 'Owner',
    width: 'minmax(0, 3fr)',
    wide: true,
    cell: (group) => <span title={group.owner}>{group.owner}</span>,
  },
  {
    key: 'created',
    header: 'Made',
    width: '8rem',
    align: 'right',
    cell: (group) => <TimeAgo time={group.created} />,
  },
];

/** All groups that one sees; new ones, empty or from an archive. */
export function GroupsPage() {
  const [isMine, setMine] = useState(false);
  const [open, setOpen] = useState<'new' | 'import' | null>(null);
  const router = useRouter();
  const reload = useReload();
  const groups = useList('/api/groups', { query: { mine: isMine } });
  const close = () => setOpen(null);
  return (
    <Page
      title="Groups"
      fill
      actions={
        <>
          <Checkbox checked={isMine} onChange={setMine}>
            Only mine
          </Checkbox>
          <Button icon={FileUp} onClick={() => setOpen('import')}>
            Import an archive
          </Button>
          <Button kind="primary" icon={Plus} onClick={() => setOpen('new')}>
            New group
          </Button>
        </>
      }
    >
      <section
        aria-label="Groups"
        className="min-h-0 grow overflow-hidden rounded-lg border border-line bg-surface shadow-card"
      >
        <VirtualTable
          label="Groups"
          list={groups}
          columns={COLUMNS}
          rowKey={(group) => group.uuid}
          href={(group) => `/groups/${group.uuid}`}
          empty={
            <Empty icon={FolderTree} title={isMine ? 'You have no groups yet' : 'There are no groups yet'}>
              A group holds any nodes: put together what belongs to a study, share it, or take it along as an
              archive.
            </Empty>
          }
        />
      </section>
      {open === 'new' && (
        <GroupForm
          onClose={close}
          onDone={(group) => {
            void reload();
            void router.push(`/groups/${group.uuid}`);
          }}
        />
      )}
      {open === 'import' && <ImportArchive onClose={close} onDone={() => void reload()} />}
    </Page>
  );
}
