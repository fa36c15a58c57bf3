import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { type ReactNode, useEffect, useState, useSyncExternalStore } from 'react';
import { connection, type Connection, onConnection } from './connection';
import { UnreachableError } from './errors';

const FIRST_PAUSE = 1_000;
const TRIES = 3;

function newClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        // Events say what has changed; this is for what they do not tell of.
        staleTime: 60_000,
        // Whether the API answers, our own connection knows better than the browser.
        networkMode: 'always',
        retry: (count, error: Error) => error instanceof UnreachableError && count < TRIES,
        retryDelay: (count) => FIRST_PAUSE * 2 ** count,
      },
      mutations: { networkMode: 'always', retry: false },
    },
  });
}

/** What was loaded, shared by all pages; loaded again when the API has come back. */
export function Queries({ children }: { children: ReactNode }) {
  const [queries] = useState(newClient);
  useEffect(() => {
    let before = connection().state;
    return onConnection(() => {
      const now = connection().state;
      if (before === 'down' && now === 'online') void queries.invalidateQueries();
      before = now;
    });
  }, [queries]);
  return <QueryClientProvider client={queries}>{children}</QueryClientProvider>;
}

const ONLINE: Connection = { state: 'online', since: 0 };

/** Whether the API answers: `{ state: 'online' | 'slow' | 'down', since }`. */
export function useConnection(): Connection {
  return useSyncExternalStore(onConnection, connection, () => ONLINE);
}
