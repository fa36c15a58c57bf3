import { expect, test } from 'vitest';
import { inviteAddress, inviteOf } from './invite';

test('an invite comes out of its link as it went in', () => {
  const link = inviteAddress('https://nanoos.example.org', 'a1.b+c/d=&e');
  expect(new URL(link).search).toBe('');
  expect(inviteOf(link)).toBe('a1.b+c/d=&e');
});

test('other addresses have none', () => {
  expect(inviteOf('/sign-in')).toBeNull();
  expect(inviteOf('/sign-in?invite=a#here')).toBeNull();
});
