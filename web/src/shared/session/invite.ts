import { SIGN_IN } from './returnTo';

/** The link by which somebody with an invite opens an account. Behind `#`, so that no log of a server has it. */
export function inviteAddress(origin: string, code: string): string {
  return `${origin}${SIGN_IN}#invite=${encodeURIComponent(code)}`;
}

/** The invite that an address has, null when it has none. */
export function inviteOf(address: string): string | null {
  return new URLSearchParams(address.split('#')[1] ?? '').get('invite');
}
