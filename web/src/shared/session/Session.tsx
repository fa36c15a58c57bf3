import { useQueryClient } from '@tanstack/react-query';
import { createContext, type ReactNode, useCallback, useContext, useEffect, useMemo, useState } from 'react';
import { accessToken, dropSession, mayBeSignedIn, onAccess, refresh } from '@/shared/api/access';
import { api, client } from '@/shared/api/client';
import { whenOnline } from '@/shared/api/connection';
import { UnreachableError } from '@/shared/api/errors';
import type { components } from '@/shared/api/schema';

type Status = 'starting' | 'in' | 'out';
type SessionValue = {
  /** `starting`: it is not known yet whether somebody is signed in. */
  status: Status;
  /** Who is signed in, as soon as that is loaded. */
  me: components['schemas']['Me'] | undefined;
  /** Why the session could not be gone on with, while it is starting. */
  error: unknown;
  signOut: () => Promise<void>;
};

const SessionContext = createContext<SessionValue | null>(null);

/** `const { status, me, signOut } = useSession();` */
export function useSession(): SessionValue {
  const value = useContext(SessionContext);
  if (value === null) throw new Error('useSession: there is no SessionProvider above');
  return value;
}

export function SessionProvider({ children }: { children: ReactNode }) {
  const queries = useQueryClient();
  const [status, setStatus] = useState<Status>('starting');
  const [error, setError] = useState<unknown>(null);
  const { data: me } = api.useQuery(
    'get',
    '/api/auth/me',
    {},
    { enabled: status === 'in', staleTime: Infinity },
  );

  useEffect(() => {
    const follow = () => {
      const isIn = accessToken() !== null;
      setStatus(isIn ? 'in' : 'out');
      // What the one saw who has left is not for the next.
      if (!isIn) queries.clear();
    };
    const stop = onAccess(follow);
    goOn().then(follow, setError);
    return stop;
  }, [queries]);

  const signOut = useCallback(async () => {
    await client.POST('/api/auth/sign-out');
    dropSession();
  }, []);
  const value = useMemo(() => ({ status, me, error, signOut }), [status, me, error, signOut]);
  return <SessionContext value={value}>{children}</SessionContext>;
}

/** Go on with the session that the cookie has, however long the API takes to answer. */
async function goOn(): Promise<void> {
  while (mayBeSignedIn() && accessToken() === null) {
    try {
      await refresh();
      return;
    } catch (error) {
      if (!(error instanceof UnreachableError)) throw error;
      await whenOnline();
    }
  }
}
