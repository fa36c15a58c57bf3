import { QueryClient } from '@tanstack/react-query';
import { beforeEach, expect, test, vi } from 'vitest';
import type { ChangeEvent } from './event';
import { invalidateOn, invalidator } from './invalidation';

const EVENT: ChangeEvent = {
  id: '1',
  kind: 'process',
  uuid: 'u',
  node_type: 'process.workflow.',
  label: '',
  created: '',
  modified: '',
  process_label: null,
  process_state: null,
  exit_status: null,
  message: null,
  level: null,
};

beforeEach(() => void vi.useFakeTimers());

test('a burst of events loads what it concerns again once, and nothing else', async () => {
  invalidateOn((event) => (event.kind === 'process' ? [['get', '/api/jobs']] : []));
  const queries = new QueryClient();
  queries.setQueryData(['get', '/api/jobs', { params: {} }], []);
  queries.setQueryData(['get', '/api/materials'], []);
  const invalidate = vi.spyOn(queries, 'invalidateQueries');
  const take = invalidator(queries);
  for (let count = 0; count < 100; count++) take(EVENT);
  take({ ...EVENT, kind: 'data' });
  await vi.advanceTimersByTimeAsync(1000);
  expect(invalidate).toHaveBeenCalledTimes(2);
  expect(queries.getQueryState(['get', '/api/jobs', { params: {} }])?.isInvalidated).toBe(true);
  expect(queries.getQueryState(['get', '/api/materials'])?.isInvalidated).toBe(false);
});
