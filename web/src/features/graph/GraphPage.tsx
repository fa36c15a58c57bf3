import { useRouter } from 'next/router';
import { api } from '@/shared/api/client';
import { Page } from '@/shared/shell/Page';
import { CopyId } from '@/shared/ui/copy';
import { Async, SkeletonRows } from '@/shared/ui/states';
import { nameOf, wordOf } from '@/features/nodes/name';
import { Explorer } from './Explorer';
import { ExportMenu } from './ExportMenu';
import { DEPTHS, DIRECTIONS } from './Toolbar';
import type { Direction, View } from './useGraph';

/** The provenance of the node that the address names. */
export function GraphPage() {
  const { query, isReady } = useRouter();
  if (!isReady) return <SkeletonRows rows={8} />;
  const uuid = String(query.id);
  // What belongs to one centre (what is chosen, unfolded, expanded) ends with it.
  return <GraphOf key={uuid} uuid={uuid} view={viewOf(query)} />;
}

function viewOf(query: Record<string, string | string[] | undefined>): View {
  const direction = DIRECTIONS.find(([value]) => value === query.direction)?.[0] ?? 'both';
  const depth = DEPTHS.find((value) => String(value) === query.depth) ?? 4;
  return { direction, depth };
}

function GraphOf({ uuid, view }: { uuid: string; view: View }) {
  const router = useRouter();
  const node = api.useQuery('get', '/api/nodes/{uuid}', { params: { path: { uuid } } });
  const setView = ({ direction, depth }: { direction: Direction; depth: number }) =>
    void router.replace({ pathname: router.pathname, query: { id: uuid, direction, depth } }, undefined, {
      shallow: true,
    });
  return (
    <Page
      title={node.data ? `Provenance of ${nameOf(node.data).slice(0, 100)}` : 'Provenance'}
      heading={node.data ? <bdi>{nameOf(node.data).slice(0, 300)}</bdi> : 'Provenance'}
      subtitle={
        node.data && (
          <span className="flex items-center gap-2">
            Provenance · {wordOf(node.data)} <CopyId id={uuid} />
          </span>
        )
      }
      actions={node.data && <ExportMenu uuid={uuid} view={view} />}
      fill
    >
      <Async query={node} loading={<SkeletonRows rows={8} />}>
        {() => <Explorer uuid={uuid} view={view} onView={setView} />}
      </Async>
    </Page>
  );
}
