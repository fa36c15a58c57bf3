import { useQuery, useQueryClient } from '@tanstack/react-query';
import { client } from '@/shared/api/client';
import type { components } from '@/shared/api/schema';

/** What is shared: a material by its id, a group or a data node by its UUID. */
export type Root = { kind: 'material' | 'group' | 'node'; id: string };
export type Share = components['schemas']['Share'];
type NewShare = components['schemas']['NewShare'];
type Grantee = { email?: string; everybody?: boolean };

/** The three kinds of roots have the same operations, each at its own address. */
const OF = {
  material: {
    list: (material_id: string) =>
      client.GET('/api/materials/{material_id}/shares', { params: { path: { material_id } } }),
    put: (material_id: string, body: NewShare) =>
      client.PUT('/api/materials/{material_id}/shares', { params: { path: { material_id } }, body }),
    remove: (material_id: string, query: Grantee) =>
      client.DELETE('/api/materials/{material_id}/shares', { params: { path: { material_id }, query } }),
  },
  group: {
    list: (uuid: string) => client.GET('/api/groups/{uuid}/shares', { params: { path: { uuid } } }),
    put: (uuid: string, body: NewShare) =>
      client.PUT('/api/groups/{uuid}/shares', { params: { path: { uuid } }, body }),
    remove: (uuid: string, query: Grantee) =>
      client.DELETE('/api/groups/{uuid}/shares', { params: { path: { uuid }, query } }),
  },
  node: {
    list: (uuid: string) => client.GET('/api/nodes/{uuid}/shares', { params: { path: { uuid } } }),
    put: (uuid: string, body: NewShare) =>
      client.PUT('/api/nodes/{uuid}/shares', { params: { path: { uuid } }, body }),
    remove: (uuid: string, query: Grantee) =>
      client.DELETE('/api/nodes/{uuid}/shares', { params: { path: { uuid }, query } }),
  },
};

/** With whom something is shared. */
export function useShares({ kind, id }: Root) {
  return useQuery({
    queryKey: ['shares', kind, id],
    queryFn: async () => (await OF[kind].list(id)).data ?? [],
  });
}

/** Functions that share and take back; what shows shares is then loaded again. */
export function useSharing({ kind, id }: Root) {
  const queries = useQueryClient();
  const changed = () =>
    Promise.all([
      queries.invalidateQueries({ queryKey: ['shares', kind, id] }),
      queries.invalidateQueries({ queryKey: ['get', '/api/shares'] }),
    ]);
  return {
    share: (share: NewShare) => OF[kind].put(id, share).then(changed),
    revoke: ({ email }: Share) =>
      OF[kind].remove(id, email === null ? { everybody: true } : { email }).then(changed),
  };
}

/** With whom, in words. */
export function granteeOf({ email }: Pick<Share, 'email'>): string {
  return email ?? 'Everybody on this instance';
}

const MEANING = {
  material: {
    read: 'see it, with its structures and results, and compute from them on their own',
    write:
      'also revise it and add structures and jobs, which stay theirs and are seen by all it is shared with',
  },
  group: {
    read: 'see what is in it and what is made from that, and compute from it on their own',
    write: 'also put nodes into it and take their own out, and add to what is in it',
  },
  node: {
    read: 'see it and what is made from it, and compute from it on their own',
    write: 'also add to what is made from it; that stays theirs and is seen by all it is shared with',
  },
} as const;

/** What somebody may do with it. */
export function meaningOf({ kind }: Root, access: Share['access']): string {
  return MEANING[kind][access];
}
