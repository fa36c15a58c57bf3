/**
 * The stream of changes, over a WebSocket: of connections for server-sent events, browsers allow six to a host
 * over HTTP/1.1, which six tabs would use up. After a cut it goes on where it was.
 */
import { accessToken, refresh } from '@/shared/api/access';
import { noteUnreachable, whenOnline } from '@/shared/api/connection';
import { type ChangeEvent, isChange, type StreamMessage } from './event';

/** Close codes of the API (`api/routes/events.py`). */
const NOT_AUTHENTICATED = 4401;
const BAD_HELLO = 4422;
/** [ms] The API gives a sign of life each 15 s: without one for this long, the connection is dead. */
const SILENCE = 40_000;
const FIRST_PAUSE = 300;
const LONGEST_PAUSE = 10_000;

export type Follower = {
  onEvent: (event: ChangeEvent) => void;
  /** The stream runs (again); `missed`: there may have been changes that it does not tell. */
  onOpen: (missed: boolean) => void;
  onClose: () => void;
};

/** Follow what changes until the function that is returned is called. */
export function followChanges(follower: Follower): () => void {
  const stop = new AbortController();
  void run(follower, stop.signal);
  return () => stop.abort();
}

async function run(follower: Follower, stop: AbortSignal): Promise<void> {
  let position: string | null = null;
  let pause = FIRST_PAUSE;
  const heard = (message: StreamMessage) => {
    position = message.id;
    pause = FIRST_PAUSE;
    if (isChange(message)) follower.onEvent(message);
  };
  while (!stop.aborted) {
    await whenOnline();
    const code = await connect(position, heard, () => follower.onOpen(position === null), stop);
    follower.onClose();
    if (code === BAD_HELLO) position = null;
    if (code === NOT_AUTHENTICATED && !(await refresh().catch(() => true))) return;
    if (code !== NOT_AUTHENTICATED && !(await isAlive())) noteUnreachable();
    await new Promise((resolve) => setTimeout(resolve, pause * (0.7 + 0.6 * Math.random())));
    pause = Math.min(2 * pause, LONGEST_PAUSE);
  }
}

/** Be connected once; the code with which that ended. */
function connect(
  position: string | null,
  heard: (message: StreamMessage) => void,
  opened: () => void,
  stop: AbortSignal,
): Promise<number> {
  return new Promise((resolve) => {
    const socket = new WebSocket(`${location.origin.replace(/^http/, 'ws')}/api/events`);
    const close = () => socket.close();
    let watch = setTimeout(close, SILENCE);
    stop.addEventListener('abort', close, { once: true });
    socket.onopen = () => {
      socket.send(JSON.stringify({ token: accessToken() ?? '', last_event_id: position }));
      opened();
    };
    socket.onmessage = ({ data }: MessageEvent<string>) => {
      clearTimeout(watch);
      watch = setTimeout(close, SILENCE);
      heard(JSON.parse(data) as StreamMessage);
    };
    socket.onclose = ({ code }) => {
      clearTimeout(watch);
      stop.removeEventListener('abort', close);
      resolve(code);
    };
  });
}

async function isAlive(): Promise<boolean> {
  return fetch('/api/health', { cache: 'no-store', signal: AbortSignal.timeout(3_000) })
    .then((answer) => answer.ok)
    .catch(() => false);
}
