import { CircleAlert, CloudOff, type LucideIcon, RotateCw } from 'lucide-react';
import type { ReactNode } from 'react';
import { ApiError, messageOf, UnreachableError } from '@/shared/api/errors';
import { Button } from './Button';
import { classes } from './classes';

/** `<Skeleton className="h-5 w-40" />`: what is being loaded, in its size. */
export function Skeleton({ className }: { className?: string }) {
  return <span aria-hidden className={classes('block skeleton', className)} />;
}

/** `<SkeletonRows rows={5} />`, and the word for who does not see them. */
export function SkeletonRows({ rows = 5 }: { rows?: number }) {
  return (
    <div role="status" className="flex flex-col gap-3 p-4">
      <span className="sr-only">Loading…</span>
      {Array.from({ length: rows }, (_, row) => (
        <Skeleton key={row} className={classes('h-4', ['w-11/12', 'w-3/4', 'w-5/6'][row % 3])} />
      ))}
    </div>
  );
}

/** `<Empty icon={Boxes} title="No materials yet" action={<ButtonLink …/>}>What to do next.</Empty>` */
export function Empty({
  icon: Icon,
  title,
  action,
  children,
}: {
  icon: LucideIcon;
  title: string;
  action?: ReactNode;
  children?: ReactNode;
}) {
  return (
    <div className="flex flex-col items-center gap-2 px-6 py-10 text-center">
      <span className="mb-1 flex size-10 items-center justify-center rounded-full bg-sunken text-muted">
        <Icon aria-hidden size={18} />
      </span>
      <p className="text-sm font-medium">{title}</p>
      {children !== undefined && <div className="max-w-md text-sm text-pretty text-muted">{children}</div>}
      {action !== undefined && <div className="mt-2">{action}</div>}
    </div>
  );
}

/** `<ErrorPanel error={query.error} retry={query.refetch} />`: what happened, the request's id, and again. */
export function ErrorPanel({
  error,
  retry,
  again = 'Try again',
  title,
}: {
  error: unknown;
  retry?: () => unknown;
  again?: string;
  title?: string;
}) {
  const isUnreachable = error instanceof UnreachableError;
  const problem = error instanceof ApiError ? error : null;
  const Icon = isUnreachable ? CloudOff : CircleAlert;
  return (
    <div role="alert" className="flex items-start gap-3 rounded-md px-4 py-4 text-sm">
      <Icon
        aria-hidden
        size={18}
        className={classes('mt-px shrink-0', isUnreachable ? 'text-wait' : 'text-bad')}
      />
      <div className="min-w-0 grow">
        <p className="font-medium">
          {title ?? (isUnreachable ? 'Not loaded' : (problem?.title ?? 'Something went wrong'))}
        </p>
        <p className="mt-0.5 wrap-anywhere text-muted first-letter:uppercase">{messageOf(error)}</p>
        {problem && problem.errors.length > 1 && (
          <ul className="mt-1 list-disc pl-4 text-muted">
            {problem.errors.map((one) => (
              <li key={one.where}>
                <code>{one.where}</code>: {one.message}
              </li>
            ))}
          </ul>
        )}
        {problem?.request_id && (
          <p className="mt-1 text-xs text-muted">
            Request <code>{problem.request_id}</code> (the log tells more under it)
          </p>
        )}
        {retry && !isUnreachable && (
          <Button size="s" icon={RotateCw} className="mt-3" onClick={() => void retry()}>
            {again}
          </Button>
        )}
      </div>
    </div>
  );
}

type Loaded<Data> = { data: Data | undefined; error: unknown; refetch: () => unknown };

/**
 * The states of what is loaded, in one place; what was there stays when loading it again fails.
 *
 *     <Async query={query} loading={<SkeletonRows />}>{(data) => …}</Async>
 */
export function Async<Data>({
  query,
  loading = <SkeletonRows />,
  children,
}: {
  query: Loaded<Data>;
  loading?: ReactNode;
  children: (data: Data) => ReactNode;
}) {
  if (query.data !== undefined) return children(query.data);
  return query.error ? <ErrorPanel error={query.error} retry={query.refetch} /> : loading;
}
