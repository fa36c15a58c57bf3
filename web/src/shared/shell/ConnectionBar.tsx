import { CloudOff, Hourglass, type LucideIcon, RadioTower } from 'lucide-react';
import { type ReactNode, useEffect, useState } from 'react';
import { retryNow } from '@/shared/api/connection';
import { useConnection } from '@/shared/api/queries';
import { useIsLive } from '@/shared/events/Events';
import { useSession } from '@/shared/session/Session';
import { Button } from '@/shared/ui/Button';

/** [ms] After which it is said that changes are not told: connecting takes a moment. */
const PATIENCE = 4_000;
const CLOCK = new Intl.DateTimeFormat('en', { timeStyle: 'medium', hour12: false });

/** What is wrong with the connection to the API; it goes away by itself. */
export function ConnectionBar() {
  const { state, since } = useConnection();
  const isDeaf = useIsDeaf();
  const at = <time className="tabular">{CLOCK.format(since)}</time>;
  if (state === 'down') {
    return (
      <Bar
        icon={CloudOff}
        action={
          <Button size="s" onClick={retryNow}>
            Try now
          </Button>
        }
      >
        NANO-OS has not answered since {at}. What you see may be out of date; this page goes on by itself.
      </Bar>
    );
  }
  if (state === 'slow')
    return <Bar icon={Hourglass}>NANO-OS is slow: an answer has been awaited since {at}.</Bar>;
  if (isDeaf)
    return (
      <Bar icon={RadioTower}>Live updates are interrupted; connecting again. Reload to see the newest.</Bar>
    );
  return null;
}

function useIsDeaf(): boolean {
  const isLive = useIsLive();
  const { status } = useSession();
  const [isDeaf, setDeaf] = useState(false);
  const isWaiting = status === 'in' && !isLive;
  useEffect(() => {
    const timer = setTimeout(() => setDeaf(isWaiting), isWaiting ? PATIENCE : 0);
    return () => clearTimeout(timer);
  }, [isWaiting]);
  return isDeaf;
}

function Bar({
  icon: Icon,
  action,
  children,
}: {
  icon: LucideIcon;
  action?: ReactNode;
  children: ReactNode;
}) {
  return (
    <div
      role="status"
      data-connection
      className="flex min-h-10 items-center gap-3 border-b border-line bg-wait-soft px-4 py-1.5 text-sm md:px-6"
    >
      <Icon aria-hidden size={16} className="shrink-0 text-wait" />
      <p className="min-w-0 grow">{children}</p>
      {action}
    </div>
  );
}
