import { useMemo, useState } from 'react';
import { api } from '@/shared/api/client';

const NOWHERE: string[] = [];

/** The path between two nodes: first one end is set, then the other, which may be any node. */
export function usePath() {
  const [ends, setEnds] = useState<{ from: string; to?: string } | null>(null);
  const query = api.useQuery(
    'get',
    '/api/nodes/{uuid}/path',
    { params: { path: { uuid: ends?.from ?? '' }, query: { to: ends?.to ?? '' } } },
    { enabled: ends?.to !== undefined },
  );
  const found = ends?.to === undefined ? undefined : query.data;
  const way = useMemo(() => found?.nodes.map((node) => node.uuid) ?? NOWHERE, [found]);
  return {
    ends,
    found,
    way,
    query,
    /** Whether a node that is chosen now becomes the other end. */
    takes: (uuid: string) => ends !== null && ends.to === undefined && uuid !== ends.from,
    from: (uuid: string) => setEnds({ from: uuid }),
    to: (uuid: string) => setEnds((before) => before && { ...before, to: uuid }),
    clear: () => setEnds(null),
  };
}

export type Path = ReturnType<typeof usePath>;
