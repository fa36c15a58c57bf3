import { useQueryClient } from '@tanstack/react-query';
import { createContext, type ReactNode, useContext, useEffect, useRef, useState } from 'react';
import { useSession } from '@/shared/session/Session';
import type { ChangeEvent } from './event';
import { invalidator } from './invalidation';
import { followChanges } from './stream';

type Listener = (event: ChangeEvent) => void;
type EventsValue = { isLive: boolean; listen: (listener: Listener) => () => void };
const EventsContext = createContext<EventsValue>({ isLive: false, listen: () => () => undefined });

/** One stream of changes for the tab, while somebody is signed in. */
export function EventsProvider({ children }: { children: ReactNode }) {
  const queries = useQueryClient();
  const { status } = useSession();
  const [isLive, setLive] = useState(false);
  const [listeners] = useState(() => new Set<Listener>());
  const [listen] = useState(() => (listener: Listener) => {
    listeners.add(listener);
    return () => void listeners.delete(listener);
  });
  useEffect(() => {
    if (status !== 'in') return;
    const invalidate = invalidator(queries);
    let opened = 0;
    const stop = followChanges({
      onEvent: (event) => {
        invalidate(event);
        listeners.forEach((tell) => tell(event));
      },
      onOpen: (missed) => {
        setLive(true);
        opened += 1;
        // What was loaded before the stream ran may have changed unseen.
        if (missed)
          void queries.invalidateQueries(
            opened === 1 ? { predicate: (query) => query.state.data !== undefined } : {},
          );
      },
      onClose: () => setLive(false),
    });
    return () => {
      stop();
      setLive(false);
    };
  }, [status, queries, listeners]);
  return <EventsContext value={{ isLive, listen }}>{children}</EventsContext>;
}

/** Whether changes are told as they happen. */
export function useIsLive(): boolean {
  return useContext(EventsContext).isLive;
}

/** `useEvents((event) => …)`: what changes, as it happens, for what loading again is not enough for. */
export function useEvents(listener: Listener): void {
  const { listen } = useContext(EventsContext);
  const current = useRef(listener);
  useEffect(() => {
    current.current = listener;
  });
  useEffect(() => listen((event) => current.current(event)), [listen]);
}
