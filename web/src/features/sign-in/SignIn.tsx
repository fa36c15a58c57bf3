import Head from 'next/head';
import { useRouter } from 'next/router';
import { useEffect, useState, useSyncExternalStore } from 'react';
import { api } from '@/shared/api/client';
import { inviteOf } from '@/shared/session/invite';
import { returnAddress } from '@/shared/session/returnTo';
import { useSession } from '@/shared/session/Session';
import { ConnectionBar } from '@/shared/shell/ConnectionBar';
import { Logo } from '@/shared/shell/Logo';
import { ThemeToggle } from '@/shared/shell/theme';
import { AccountForm } from './AccountForm';
import { Elsewhere } from './Elsewhere';
import { NEXT } from './next';

/** Sign in or sign up, and go back to where one was. */
export function SignIn() {
  const { query, replace, isReady } = useRouter();
  const { status } = useSession();
  const ways = api.useQuery('get', '/api/auth/ways', {});
  const invite = useSyncExternalStore(onAddress, invited, () => null);
  const [chosen, setNew] = useState<boolean | null>(null);
  const isNew = chosen ?? invite !== null;
  const next = typeof query.next === 'string' ? query.next : null;
  useEffect(() => {
    if (isReady && status === 'in') void replace(returnAddress(next ?? sessionStorage.getItem(NEXT)));
  }, [isReady, status, next, replace]);
  const title = isNew ? 'Open an account' : 'Sign in';
  return (
    <div className="flex min-h-dvh flex-col">
      <Head>
        <title>{`${title} · NANO-OS`}</title>
      </Head>
      <ConnectionBar />
      <div className="flex justify-end p-3">
        <ThemeToggle />
      </div>
      <main className="mx-auto flex w-full max-w-sm grow flex-col justify-center px-4 pb-32">
        <div className="mb-7 flex items-center gap-2.5">
          <Logo />
        </div>
        <h1 className="text-2xl font-semibold">{title}</h1>
        <p className="mt-1 mb-6 text-sm text-muted">
          {next && !isNew
            ? 'You come back to the page you asked for.'
            : 'The provenance graph of your group’s materials.'}
        </p>
        {ways.data?.elsewhere && <Elsewhere next={next} />}
        <AccountForm
          key={title}
          isNew={isNew}
          needsInvite={ways.data?.sign_up === 'invite'}
          invited={invite ?? ''}
        />
        <p className="mt-6 text-sm text-muted">
          {isNew ? (
            <button
              type="button"
              className="text-accent-text underline underline-offset-3"
              onClick={() => setNew(false)}
            >
              I have an account: sign in
            </button>
          ) : ways.data?.sign_up === 'closed' ? (
            'Accounts are opened by the administrator of this instance.'
          ) : (
            ways.data && (
              <button
                type="button"
                className="text-accent-text underline underline-offset-3"
                onClick={() => setNew(true)}
              >
                {ways.data.sign_up === 'invite' ? 'I have an invite: open an account' : 'Open an account'}
              </button>
            )
          )}
        </p>
      </main>
    </div>
  );
}

/** The invite that this page was opened with: what is behind `#` only a browser knows. */
function invited(): string | null {
  return inviteOf(location.href);
}

function onAddress(listener: () => void): () => void {
  window.addEventListener('hashchange', listener);
  return () => window.removeEventListener('hashchange', listener);
}
