import { useQueryClient } from '@tanstack/react-query';
import type { components } from '@/shared/api/schema';

export type Group = components['schemas']['Group'];
export type Member = components['schemas']['Node'];

/** Whether a group is one that people make; AiiDA and its plugins keep those of other types. */
export function isPlain(group: Group): boolean {
  return group.type === 'core';
}

/** Load again what groups and their members are; events do not tell of them. */
export function useReload(): () => Promise<unknown> {
  const queries = useQueryClient();
  return () =>
    queries.invalidateQueries({
      predicate: ({ queryKey }) => typeof queryKey[1] === 'string' && queryKey[1].startsWith('/api/groups'),
    });
}
