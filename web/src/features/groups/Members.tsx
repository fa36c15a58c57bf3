import { FolderOpen, Plus, X } from 'lucide-react';
import { useState } from 'react';
import { client } from '@/shared/api/client';
import { messageOf } from '@/shared/api/errors';
import { useList } from '@/shared/api/list';
import { addressOfNode, kindOf } from '@/shared/nodes/kinds';
import { useSession } from '@/shared/session/Session';
import { Button, IconButton } from '@/shared/ui/Button';
import { lazyViewer } from '@/shared/ui/lazyViewer';
import { Empty } from '@/shared/ui/states';
import type { Column } from '@/shared/ui/Table';
import { TimeAgo } from '@/shared/ui/TimeAgo';
import { useToast } from '@/shared/ui/Toast';
import { VirtualTable } from '@/shared/ui/VirtualTable';
import { type Group, type Member, useReload } from './groups';

const AddNodes = lazyViewer(() => import('./AddNodes'), 'h-0');

/** The nodes in a group that one sees, the last one that was put in first. */
export function Members({ group }: { group: Group }) {
  const [isAdding, setAdding] = useState(false);
  const members = useList('/api/groups/{uuid}/nodes', { path: { uuid: group.uuid } });
  const remove = useRemove(group);
  const { me } = useSession();
  const mayRemove = (node: Member) => group.writable && [group.owner, node.owner].includes(me?.email ?? '');
  return (
    <section
      aria-label="Nodes in this group"
      className="flex min-h-0 grow flex-col overflow-hidden rounded-lg border border-line bg-surface shadow-card"
    >
      <header className="flex min-h-11 shrink-0 items-center justify-between gap-3 border-b border-line px-4 py-1.5">
        <h2 className="text-sm font-semibold">Nodes</h2>
        {group.writable && (
          <Button size="s" icon={Plus} onClick={() => setAdding(true)}>
            Add nodes
          </Button>
        )}
      </header>
      <div className="min-h-0 grow">
        <VirtualTable
          label="Nodes in this group"
          list={members}
          columns={columnsOf(mayRemove, remove)}
          rowKey={(node) => node.uuid}
          href={addressOfNode}
          empty={
            <Empty icon={FolderOpen} title="There is nothing in this group that you may see">
              {group.writable && 'Add nodes by their UUIDs; every page of a node has its UUID to copy.'}
            </Empty>
          }
        />
      </div>
      {isAdding && <AddNodes group={group} onClose={() => setAdding(false)} />}
    </section>
  );
}

function columnsOf(mayRemove: (node: Member) => boolean, remove: (node: Member) => void): Column<Member>[] {
  return [
    { key: 'name', header: 'Node', width: 'minmax(0, 5fr)', cell: (node) => <Name node={node} /> },
    {
      key: 'owner',
      header: 'Owner',
      width: 'minmax(0, 3fr)',
      wide: true,
      cell: (node) => <span title={node.owner}>{node.owner}</span>,
    },
    {
      key: 'uuid',
      header: 'UUID',
      width: '7rem',
      wide: true,
      cell: (node) => (
        <code title={node.uuid} className="text-xs text-muted">
          {node.uuid.slice(0, 8)}
        </code>
      ),
    },
    {
      key: 'created',
      header: 'Made',
      width: '7rem',
      align: 'right',
      wide: true,
      cell: (node) => <TimeAgo time={node.ctime} />,
    },
    {
      key: 'remove',
      header: <span className="sr-only">Take out</span>,
      width: '5rem',
      align: 'right',
      cell: (node) =>
        mayRemove(node) && (
          <IconButton
            label={`Take ${nameOf(node)} out`}
            icon={X}
            size="s"
            className="relative"
            onClick={() => remove(node)}
          />
        ),
    },
  ];
}

function nameOf(node: Member): string {
  return node.label || node.process_label || kindOf(node.node_type).word;
}

function Name({ node }: { node: Member }) {
  const { word, icon: Icon } = kindOf(node.node_type);
  const name = nameOf(node);
  return (
    <span className="flex items-center gap-2">
      <Icon aria-hidden size={15} className="shrink-0 text-muted" />
      <bdi title={name} className="truncate">
        {name}
      </bdi>
      {name !== word && <span className="shrink-0 text-xs font-normal text-muted">{word}</span>}
    </span>
  );
}

/** A function that takes a node out of a group; the node stays. */
function useRemove(group: Group): (node: Member) => void {
  const reload = useReload();
  const toast = useToast();
  const change = async (body: { add?: string[]; remove?: string[] }, done: string) => {
    try {
      await client.PATCH('/api/groups/{uuid}/nodes', { params: { path: { uuid: group.uuid } }, body });
      toast({ title: done });
      await reload();
    } catch (error) {
      toast({ kind: 'bad', title: 'The group was not changed', detail: messageOf(error) });
    }
  };
  return (node) => void change({ remove: [node.uuid] }, `${nameOf(node).slice(0, 80)} is out of the group`);
}
