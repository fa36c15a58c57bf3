/** Whether the API answers. While it does not, one loop asks for a sign of life; nobody else needs to. */

export type Connection = { state: 'online' | 'slow' | 'down'; since: number };

/** [ms] After which an answer that has not come is called slow, and after which it is given up. */
const SLOW_AFTER = 5_000;
export const GIVE_UP_AFTER = 30_000;
const FIRST_PAUSE = 500;
const LONGEST_PAUSE = 8_000;

let current: Connection = { state: 'online', since: 0 };
const listeners = new Set<() => void>();
const waiting = new Set<() => void>();
const pending = new Map<symbol, number>();
let retry: (() => void) | null = null;

export function connection(): Connection {
  return current;
}

export function onConnection(listener: () => void): () => void {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}

function change(state: Connection['state'], since: number): void {
  if (current.state === state) return;
  current = { state, since };
  listeners.forEach((tell) => tell());
}

/** A promise of the moment at which the API answers (again). */
export function whenOnline(): Promise<void> {
  if (current.state !== 'down') return Promise.resolve();
  return new Promise((resolve) => waiting.add(resolve));
}

/** Say that no answer came: from here on a sign of life is looked for. */
export function noteUnreachable(): void {
  if (current.state === 'down') return;
  change('down', Date.now());
  void lookForLife();
}

/** Ask now instead of after the pause. */
export function retryNow(): void {
  retry?.();
}

/** Note a request until the function that is returned says that it was answered. */
export function noteRequest(): () => void {
  const request = Symbol('request');
  pending.set(request, Date.now());
  const timer = setTimeout(() => {
    if (current.state === 'online') change('slow', pending.get(request) ?? Date.now());
  }, SLOW_AFTER);
  return () => {
    clearTimeout(timer);
    pending.delete(request);
    if (current.state === 'slow' && ![...pending.values()].some((begin) => Date.now() - begin > SLOW_AFTER)) {
      change('online', Date.now());
    }
  };
}

async function lookForLife(): Promise<void> {
  for (let pause = FIRST_PAUSE; ; pause = Math.min(2 * pause, LONGEST_PAUSE)) {
    await sleep(pause * (0.8 + 0.4 * Math.random()));
    const answered = await fetch('/api/health', {
      cache: 'no-store',
      signal: AbortSignal.timeout(SLOW_AFTER),
    })
      .then((answer) => answer.ok)
      .catch(() => false);
    if (!answered) continue;
    change('online', Date.now());
    waiting.forEach((go) => go());
    waiting.clear();
    return;
  }
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    const wake = () => {
      clearTimeout(timer);
      resolve();
    };
    retry = wake;
    window.addEventListener('online', wake, { once: true });
  });
}
