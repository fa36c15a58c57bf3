/** The access token: in memory only. The refresh token is in a cookie that no script can read. */
import { GIVE_UP_AFTER, noteUnreachable } from './connection';
import { ApiError, errorOf, UnreachableError } from './errors';
import type { components } from './schema';

type Session = components['schemas']['Session'];
type Told = { access: string | null };

/** In localStorage while somebody is signed in: without it, the cookie need not be tried. */
const SIGNED_IN = 'nanoos.signed-in';
const LOCK = 'nanoos.refresh';

let access: string | null = null;
let running: Promise<boolean> | null = null;
const listeners = new Set<() => void>();
const channel = typeof BroadcastChannel === 'undefined' ? null : new BroadcastChannel('nanoos.session');

if (channel) channel.onmessage = (message: MessageEvent<Told>) => set(message.data.access);

export function accessToken(): string | null {
  return access;
}

export function onAccess(listener: () => void): () => void {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}

function set(token: string | null): void {
  access = token;
  listeners.forEach((tell) => tell());
}

/** Take the session that the API began or went on with; other tabs take it too. */
export function keepSession(session: Session): void {
  localStorage.setItem(SIGNED_IN, '1');
  set(session.access_token);
  channel?.postMessage({ access } satisfies Told);
}

/** Forget the session, in all tabs. */
export function dropSession(): void {
  localStorage.removeItem(SIGNED_IN);
  set(null);
  channel?.postMessage({ access } satisfies Told);
}

/** Whether somebody may be signed in, before anybody was asked. */
export function mayBeSignedIn(): boolean {
  return localStorage.getItem(SIGNED_IN) !== null;
}

/** Get a new access token by the cookie; false: the session has ended. Tabs do it one after the other. */
export function refresh(): Promise<boolean> {
  running ??= alone(access).finally(() => {
    running = null;
  });
  return running;
}

async function alone(old: string | null): Promise<boolean> {
  // Browsers have no locks over plain http from another machine; the API then bears two tabs at once.
  if (!('locks' in navigator)) return ask();
  return navigator.locks.request(LOCK, () => (access !== old && access !== null ? true : ask()));
}

async function ask(): Promise<boolean> {
  const answer = await post('refresh', {});
  if (answer.ok) {
    keepSession((await answer.json()) as Session);
    return true;
  }
  if (answer.status !== 401) throw await errorOf(answer);
  dropSession();
  return false;
}

/** Ask for a session whose refresh token is in the cookie. */
async function post(what: string, body: object): Promise<Response> {
  try {
    return await fetch(`/api/auth/${what}?session=cookie`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', 'X-Requested-With': 'web' },
      body: JSON.stringify(body),
      // So that a page that is left meanwhile still gets the new cookie.
      keepalive: true,
      signal: AbortSignal.timeout(GIVE_UP_AFTER),
    });
  } catch (error) {
    noteUnreachable();
    throw new UnreachableError(error);
  }
}

/** Begin a session. */
export async function begin(
  how: 'sign-in' | 'sign-up' | 'oidc/finish',
  body: components['schemas']['SignIn' | 'SignUp' | 'ReturnedSignIn'],
): Promise<void> {
  const answer = await post(how, body);
  if (!answer.ok) throw await errorOf(answer);
  keepSession((await answer.json()) as Session);
}

export function isEnded(error: unknown): boolean {
  return error instanceof ApiError && error.status === 401;
}
