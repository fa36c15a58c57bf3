import { BookOpen, KeyRound, LogOut, type LucideIcon, Share2, ShieldCheck, UserRound } from 'lucide-react';
import { RouteLink } from '@/shared/ui/RouteLink';
import { messageOf } from '@/shared/api/errors';
import { useSession } from '@/shared/session/Session';
import { IconButton } from '@/shared/ui/Button';
import { useToast } from '@/shared/ui/Toast';

const ID = 'account';
const ITEM =
  'flex w-full items-center gap-2.5 rounded px-2 py-1.5 text-sm hover:bg-hover pointer-coarse:min-h-11';

/** Who is signed in, and what is theirs. The browser's own popover: it closes at Escape and at a click beside it. */
export function AccountMenu() {
  const { me, signOut } = useSession();
  const toast = useToast();
  const leave = () =>
    signOut().catch((error: unknown) =>
      toast({ kind: 'bad', title: 'Not signed out', detail: messageOf(error) }),
    );
  const name = [me?.first_name, me?.last_name].filter(Boolean).join(' ');
  return (
    <>
      <IconButton label="Account" icon={UserRound} popoverTarget={ID} />
      <div
        id={ID}
        popover="auto"
        className="fixed inset-auto top-12 right-3 w-60 rounded-lg border border-line bg-raised p-1 text-text shadow-raised"
      >
        {me && (
          <div className="px-2 py-1.5">
            <p dir="auto" className="truncate text-sm font-medium">
              {name || 'Signed in as'}
            </p>
            <p dir="auto" title={me.email} className="truncate text-xs text-muted">
              {me.email}
            </p>
          </div>
        )}
        <Item href="/account" icon={KeyRound}>
          Account and tokens
        </Item>
        <Item href="/sharing" icon={Share2}>
          Sharing
        </Item>
        {me?.role === 'admin' && (
          <Item href="/administration" icon={ShieldCheck}>
            Administration
          </Item>
        )}
        <Item href="/help" icon={BookOpen}>
          Help
        </Item>
        <hr className="my-1 border-line" />
        <button type="button" className={ITEM} onClick={() => void leave()}>
          <LogOut aria-hidden size={15} className="text-muted" />
          Sign out
        </button>
      </div>
    </>
  );
}

function Item({ href, icon: Icon, children }: { href: string; icon: LucideIcon; children: string }) {
  return (
    <RouteLink href={href} className={ITEM} onClick={() => document.getElementById(ID)?.hidePopover()}>
      <Icon aria-hidden size={15} className="text-muted" />
      {children}
    </RouteLink>
  );
}
