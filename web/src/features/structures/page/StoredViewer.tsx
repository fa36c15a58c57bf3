import { keepPreviousData } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { api } from '@/shared/api/client';
import { messageOf } from '@/shared/api/errors';
import { ErrorPanel, Skeleton } from '@/shared/ui/states';
import { atomsOf, nameOf, type Structure, type Vector, viewOf } from '../structure';
import { StructureViewer } from '../viewer';
import { Repeat } from './Repeat';

/** A stored structure in three dimensions, repeated as one likes. */
export function StoredViewer({
  structure,
  height = 'h-[min(36rem,62dvh)]',
}: {
  structure: Structure;
  height?: string;
}) {
  const [repeat, setRepeat] = useState<Vector>([1, 1, 1]);
  const view = api.useQuery(
    'get',
    '/api/structures/{structure_uuid}/viewer',
    { params: { path: { structure_uuid: structure.uuid }, query: { repeat: repeat.join(',') } } },
    { placeholderData: keepPreviousData },
  );
  const atoms = useMemo(() => atomsOf(structure), [structure]);
  const controls = (
    <Repeat value={repeat} pbc={atoms.pbc} onChange={setRepeat} busy={view.isPlaceholderData} />
  );
  if (view.isPending) return <Skeleton className={`${height} w-full`} />;
  if (view.error && repeat.some((count) => count > 1))
    return (
      <ErrorPanel
        title="So many cells are not drawn"
        error={view.error}
        retry={() => setRepeat([1, 1, 1])}
        again="Draw one cell"
      />
    );
  return (
    <StructureViewer
      name={nameOf(structure)}
      atoms={atoms}
      view={viewOf(view.data ?? null)}
      why={view.error ? messageOf(view.error) : undefined}
      controls={controls}
      height={height}
    />
  );
}
