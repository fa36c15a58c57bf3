export const SIGN_IN = '/sign-in';

/** The sign-in page that leads back to an address of this site. */
export function signInAddress(from: string): string {
  return from === '/' ? SIGN_IN : `${SIGN_IN}?next=${encodeURIComponent(from)}`;
}

/** Where to go after signing in: an address of this site, whatever the link said. */
export function returnAddress(next: string | null | undefined): string {
  if (!next) return '/';
  try {
    const base = 'https://this.site';
    const address = new URL(next, base);
    const isOurs = address.origin === base && next.startsWith('/') && !address.pathname.startsWith(SIGN_IN);
    return isOurs ? address.pathname + address.search + address.hash : '/';
  } catch {
    return '/';
  }
}
