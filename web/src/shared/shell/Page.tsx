import Head from 'next/head';
import type { ReactNode } from 'react';
import { classes } from '@/shared/ui/classes';

/**
 * A page with its title, which the browser's tab shows too.
 *
 *     <Page title="Jobs" actions={<Button …/>}>…</Page>
 *
 * `fill`: it has the height of the window, and scrolls inside (VirtualTable).
 */
export function Page({
  title,
  heading,
  subtitle,
  actions,
  fill = false,
  children,
}: {
  title: string;
  heading?: ReactNode;
  subtitle?: ReactNode;
  actions?: ReactNode;
  fill?: boolean;
  children: ReactNode;
}) {
  return (
    <div
      className={classes(
        'mx-auto flex w-full max-w-[1400px] flex-col gap-5 px-4 py-5 md:px-8 md:py-7',
        fill && 'h-full min-h-0',
      )}
    >
      <Head>
        <title>{`${title} · NANO-OS`}</title>
      </Head>
      <header className="flex flex-wrap items-end justify-between gap-3">
        <div className="min-w-0">
          <h1 dir="auto" title={title} className="truncate text-xl font-semibold">
            {heading ?? title}
          </h1>
          {subtitle !== undefined && <div className="mt-0.5 text-sm text-muted">{subtitle}</div>}
        </div>
        {actions !== undefined && <div className="flex flex-wrap items-center gap-2">{actions}</div>}
      </header>
      {children}
    </div>
  );
}
