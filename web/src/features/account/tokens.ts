import type { components } from '@/shared/api/schema';

export type Token = components['schemas']['Token'];
export type Scope = Token['scopes'][number];

/** What a token may be for, and what that means. */
export const SCOPES: [Scope, string][] = [
  ['read', 'see what you see'],
  ['write', 'make and change materials, structures, groups and shares'],
  ['submit', 'submit jobs and steer them'],
  ['admin', 'administer this instance'],
];

/** Whether a token works at a moment [ms since 1970]. */
export function stateOf(token: Token, now: number): 'valid' | 'expired' | 'revoked' {
  if (token.revoked !== null) return 'revoked';
  return token.expires !== null && 1000 * token.expires <= now ? 'expired' : 'valid';
}
