import { expect, test } from 'vitest';
import { returnAddress, signInAddress } from './returnTo';

test('signing in leads back to where one was', () => {
  const from = '/jobs/1?tab=files#log';
  const next = new URL(signInAddress(from), 'https://x').searchParams.get('next');
  expect(returnAddress(next)).toBe(from);
  expect(signInAddress('/')).toBe('/sign-in');
});

test.each([
  'https://evil.example',
  '//evil.example',
  '/\\evil.example',
  'javascript:alert(1)',
  '/sign-in?next=/',
  'jobs',
  '',
  null,
])('and never to %s', (next) => expect(returnAddress(next)).toBe('/'));
