import { LoaderCircle, type LucideIcon } from 'lucide-react';
import { RouteLink } from './RouteLink';
import type { ComponentProps, ReactNode, Ref } from 'react';
import { classes } from './classes';
import { Tooltip } from './Tooltip';

type Kind = 'primary' | 'secondary' | 'quiet' | 'danger';
type Looks = { kind?: Kind; size?: 's' | 'm'; icon?: LucideIcon };

const KINDS: Record<Kind, string> = {
  primary: 'bg-accent text-on-accent hover:bg-accent-hover',
  secondary: 'border border-line bg-surface text-text shadow-card hover:bg-hover',
  quiet: 'text-muted hover:bg-hover hover:text-text',
  danger: 'border border-line bg-surface text-bad shadow-card hover:bg-bad-soft',
};
const SIZES = { s: 'h-7 px-2 text-xs gap-1.5', m: 'h-8 px-3 text-sm gap-2' };

function look({ kind = 'secondary', size = 'm' }: Looks): string {
  return classes(
    'inline-flex shrink-0 select-none items-center justify-center whitespace-nowrap rounded-md font-medium transition-colors',
    'disabled:pointer-events-none disabled:opacity-50 pointer-coarse:min-h-11',
    KINDS[kind],
    SIZES[size],
  );
}

/** `<Button kind="primary" icon={Play} busy={isPending} onClick={…}>Run</Button>` */
export function Button({
  kind,
  size,
  icon: Icon,
  busy = false,
  className,
  children,
  ...rest
}: Looks & { busy?: boolean } & ComponentProps<'button'>) {
  const Shown = busy ? LoaderCircle : Icon;
  return (
    <button
      type="button"
      {...rest}
      disabled={rest.disabled === true || busy}
      aria-busy={busy}
      className={classes(look({ kind, size }), className)}
    >
      {Shown && (
        <Shown aria-hidden size={size === 's' ? 13 : 15} className={busy ? 'animate-spin' : undefined} />
      )}
      {children}
    </button>
  );
}

/** A link that looks like a button: `<ButtonLink href="/jobs">All jobs</ButtonLink>` */
export function ButtonLink({
  kind,
  size,
  icon: Icon,
  className,
  children,
  ...rest
}: Looks & ComponentProps<typeof RouteLink> & { children: ReactNode }) {
  return (
    <RouteLink {...rest} className={classes(look({ kind, size }), className)}>
      {Icon && <Icon aria-hidden size={size === 's' ? 13 : 15} />}
      {children}
    </RouteLink>
  );
}

/** A button that shows only its icon; the label is its name and tooltip. */
export function IconButton({
  label,
  icon: Icon,
  size = 'm',
  className,
  ref,
  ...rest
}: { label: string; icon: LucideIcon; size?: 's' | 'm'; ref?: Ref<HTMLButtonElement> } & Omit<
  ComponentProps<'button'>,
  'children'
>) {
  return (
    <Tooltip text={label}>
      <button
        type="button"
        ref={ref}
        aria-label={label}
        {...rest}
        className={classes(
          'inline-flex shrink-0 items-center justify-center rounded-md text-muted transition-colors hover:bg-hover hover:text-text',
          'disabled:pointer-events-none disabled:opacity-50 pointer-coarse:min-h-11 pointer-coarse:min-w-11',
          size === 's' ? 'size-7' : 'size-8',
          className,
        )}
      >
        <Icon aria-hidden size={size === 's' ? 14 : 16} />
      </button>
    </Tooltip>
  );
}
