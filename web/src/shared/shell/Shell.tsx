import { Search } from 'lucide-react';
import dynamic from 'next/dynamic';
import { RouteLink } from '@/shared/ui/RouteLink';
import { useRouter } from 'next/router';
import { type ReactNode, useEffect, useState } from 'react';
import { SIGN_IN, signInAddress } from '@/shared/session/returnTo';
import { useSession } from '@/shared/session/Session';
import { Boundary } from '@/shared/ui/lazyViewer';
import { ErrorPanel, SkeletonRows } from '@/shared/ui/states';
import { AccountMenu } from './AccountMenu';
import { ConnectionBar } from './ConnectionBar';
import { Logo } from './Logo';
import { Navigation } from './Navigation';
import { ThemeToggle } from './theme';

const Palette = dynamic(() => import('./Palette').then((loaded) => loaded.Palette), { ssr: false });

/** What is around every page of somebody who is signed in; who is not is sent to sign in, and back. */
export function Shell({ children }: { children: ReactNode }) {
  const { status, error } = useSession();
  const { replace } = useRouter();
  useEffect(() => {
    // While the sign-in page is being loaded, this one is still here, at the other's address.
    if (status !== 'out' || location.pathname === SIGN_IN) return;
    void replace(signInAddress(location.pathname + location.search + location.hash));
  }, [status, replace]);
  return (
    <div className="flex h-dvh flex-col md:grid md:grid-cols-[13.5rem_minmax(0,1fr)]">
      <a
        href="#content"
        className="sr-only focus:not-sr-only focus:fixed focus:top-3 focus:left-3 focus:z-50 focus:rounded-md focus:bg-accent focus:px-3 focus:py-2 focus:text-on-accent"
      >
        Skip to the content
      </a>
      <div className="flex shrink-0 flex-col border-line bg-sunken max-md:order-last md:gap-4 md:border-r md:py-4">
        <RouteLink href="/" className="mx-3 flex items-center gap-2.5 rounded-md px-2 max-md:hidden">
          <Logo />
        </RouteLink>
        <Navigation />
      </div>
      <div className="flex min-h-0 min-w-0 grow flex-col">
        <TopBar />
        <ConnectionBar />
        <main id="content" tabIndex={-1} className="min-h-0 grow overflow-y-auto outline-none">
          {status === 'in' && <Boundary title="This page cannot be shown">{children}</Boundary>}
          {status === 'starting' &&
            (error ? (
              <ErrorPanel error={error} retry={() => location.reload()} />
            ) : (
              <SkeletonRows rows={8} />
            ))}
        </main>
      </div>
    </div>
  );
}

function TopBar() {
  const [isOpen, setOpen] = useState(false);
  useEffect(() => {
    const open = (event: KeyboardEvent) => {
      if (event.key.toLowerCase() !== 'k' || !(event.ctrlKey || event.metaKey)) return;
      event.preventDefault();
      setOpen(true);
    };
    window.addEventListener('keydown', open);
    return () => window.removeEventListener('keydown', open);
  }, []);
  return (
    <header className="flex h-13 shrink-0 items-center gap-2 border-b border-line bg-surface px-3 md:px-6">
      <RouteLink href="/" className="mr-1 md:hidden" aria-label="NANO-OS, overview">
        <Logo small />
      </RouteLink>
      <button
        type="button"
        onClick={() => setOpen(true)}
        aria-keyshortcuts="Control+K"
        className="flex h-8 min-w-0 grow items-center gap-2 rounded-md border border-line bg-canvas px-2.5 text-sm text-muted transition-colors hover:border-line-strong max-md:h-10 md:max-w-md"
      >
        <Search aria-hidden size={15} className="shrink-0" />
        <span className="truncate">Search or paste a UUID</span>
        <kbd className="ml-auto rounded border border-line bg-surface px-1.5 text-2xs max-md:hidden">
          Ctrl K
        </kbd>
      </button>
      <div className="ml-auto flex items-center gap-1">
        <ThemeToggle />
        <AccountMenu />
      </div>
      {isOpen && <Palette onClose={() => setOpen(false)} />}
    </header>
  );
}
