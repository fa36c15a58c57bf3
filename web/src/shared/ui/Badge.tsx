import type { LucideIcon } from 'lucide-react';
import type { ReactNode } from 'react';
import { classes } from './classes';

export type BadgeKind = 'plain' | 'ok' | 'bad' | 'wait' | 'run';

const LOOKS: Record<BadgeKind, string> = {
  plain: 'bg-hover text-muted',
  ok: 'bg-ok-soft text-ok',
  bad: 'bg-bad-soft text-bad',
  wait: 'bg-wait-soft text-wait',
  run: 'bg-run-soft text-run',
};

/** `<Badge kind="ok" icon={CircleCheck}>Open</Badge>`: a state as icon and word, so that colour is never needed. */
export function Badge({
  kind,
  icon: Icon,
  spins = false,
  children,
}: {
  kind: BadgeKind;
  icon: LucideIcon;
  spins?: boolean;
  children: ReactNode;
}) {
  return (
    <span
      className={classes(
        'inline-flex items-center gap-1.5 rounded-full py-0.5 pr-2 pl-1.5 align-middle text-xs font-medium whitespace-nowrap',
        LOOKS[kind],
      )}
    >
      <Icon aria-hidden size={13} className={spins ? 'animate-spin [animation-duration:2.4s]' : undefined} />
      {children}
    </span>
  );
}
