import { useMutation } from '@tanstack/react-query';
import { FileDown, Pencil, Trash2 } from 'lucide-react';
import { useRouter } from 'next/router';
import { useState } from 'react';
import { ShareButton } from '@/features/sharing/ShareButton';
import { client } from '@/shared/api/client';
import { messageOf } from '@/shared/api/errors';
import { useSession } from '@/shared/session/Session';
import { Button, IconButton } from '@/shared/ui/Button';
import { Confirm } from '@/shared/ui/Confirm';
import { lazyViewer } from '@/shared/ui/lazyViewer';
import { useToast } from '@/shared/ui/Toast';
import { loadArchive, megabytes, save } from './download';
import { type Group, isPlain, useReload } from './groups';

const GroupForm = lazyViewer(() => import('./GroupForm'), 'h-0');

/** What one may do with a group. */
export function Actions({ group }: { group: Group }) {
  const { me } = useSession();
  const isOwn = me?.email === group.owner && isPlain(group);
  return (
    <>
      {isOwn && <ShareButton root={{ kind: 'group', id: group.uuid }} name={group.name} />}
      <Export group={group} />
      {isOwn && <OwnActions group={group} />}
    </>
  );
}

function Export({ group }: { group: Group }) {
  const toast = useToast();
  const [loaded, setLoaded] = useState(0);
  const run = useMutation({
    mutationFn: () => loadArchive({ groups: [group.uuid] }, setLoaded),
    onMutate: () => setLoaded(0),
    onSuccess: (archive) => save(archive, `${group.name.replace(/[^\p{L}\p{N} ._-]+/gu, '-')}.aiida`),
    onError: (error) => toast({ kind: 'bad', title: 'Not exported', detail: messageOf(error) }),
  });
  return (
    <Button icon={FileDown} busy={run.isPending} onClick={() => run.mutate()}>
      {run.isPending ? (loaded > 0 ? megabytes(loaded) : 'Packing…') : 'Export'}
    </Button>
  );
}

function OwnActions({ group }: { group: Group }) {
  const [open, setOpen] = useState<'edit' | 'delete' | null>(null);
  const reload = useReload();
  const router = useRouter();
  const close = () => setOpen(null);
  return (
    <>
      <IconButton label="Change name and description" icon={Pencil} onClick={() => setOpen('edit')} />
      <IconButton label="Delete the group" icon={Trash2} onClick={() => setOpen('delete')} />
      {open === 'edit' && <GroupForm group={group} onClose={close} onDone={() => void reload()} />}
      {open === 'delete' && (
        <Confirm
          open
          onOpenChange={close}
          title="Delete the group?"
          action="Delete"
          run={async () => {
            await client.DELETE('/api/groups/{uuid}', { params: { path: { uuid: group.uuid } } });
            await router.push('/groups');
            void reload();
          }}
        >
          <bdi className="font-medium text-text">{group.name}</bdi> ends, with its shares and the tokens that
          are for it. The nodes in it stay.
        </Confirm>
      )}
    </>
  );
}
