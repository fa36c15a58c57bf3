import { useMutation } from '@tanstack/react-query';
import { Globe, UserRound, X } from 'lucide-react';
import { messageOf } from '@/shared/api/errors';
import { IconButton } from '@/shared/ui/Button';
import { Select } from '@/shared/ui/Field';
import { Async } from '@/shared/ui/states';
import { useToast } from '@/shared/ui/Toast';
import { granteeOf, type Root, type Share, useShares, useSharing } from './shares';

/** With whom something is shared now: changed and taken back here. */
export function PresentShares({ root }: { root: Root }) {
  const shares = useShares(root);
  return (
    <section className="mt-5 border-t border-line pt-4">
      <h3 className="mb-2 text-sm font-medium">Shared with</h3>
      <Async query={shares}>
        {(list) =>
          list.length === 0 ? (
            <p className="text-sm text-muted">Nobody: only you see it.</p>
          ) : (
            <ul aria-label="Shared with" className="flex flex-col gap-1">
              {list.map((share) => (
                <ShareRow key={granteeOf(share)} root={root} share={share} />
              ))}
            </ul>
          )
        }
      </Async>
    </section>
  );
}

function ShareRow({ root, share }: { root: Root; share: Share }) {
  const toast = useToast();
  const sharing = useSharing(root);
  const failed = (error: unknown) =>
    toast({ kind: 'bad', title: 'Nothing was changed', detail: messageOf(error) });
  const who = granteeOf(share);
  const change = useMutation({ mutationFn: sharing.share, onError: failed });
  const revoke = useMutation({
    mutationFn: () => sharing.revoke(share),
    onSuccess: () => toast({ title: `No longer shared with ${share.email ?? 'everybody'}` }),
    onError: failed,
  });
  const Icon = share.email === null ? Globe : UserRound;
  return (
    <li className="flex items-center gap-2.5 text-sm">
      <Icon aria-hidden size={15} className="shrink-0 text-muted" />
      <bdi title={who} className="min-w-0 grow truncate">
        {who}
      </bdi>
      <Select
        aria-label={`What ${who} may do`}
        value={share.access}
        disabled={change.isPending}
        onChange={(event) =>
          change.mutate({
            ...(share.email !== null && { email: share.email }),
            everybody: share.email === null,
            access: event.target.value === 'write' ? 'write' : 'read',
          })
        }
        className="h-8! w-24!"
      >
        <option value="read">Read</option>
        <option value="write">Write</option>
      </Select>
      <IconButton
        label={`Stop sharing with ${who}`}
        icon={X}
        disabled={revoke.isPending}
        onClick={() => revoke.mutate()}
      />
    </li>
  );
}
