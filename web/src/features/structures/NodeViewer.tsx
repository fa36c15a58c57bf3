import { api } from '@/shared/api/client';
import { Link } from '@/shared/ui/Link';
import { Async, Skeleton } from '@/shared/ui/states';
import { StoredViewer } from './page/StoredViewer';

/** The viewer of a structure where any node is shown. */
export default function NodeViewer({ uuid }: { uuid: string }) {
  const structure = api.useQuery('get', '/api/structures/{structure_uuid}', {
    params: { path: { structure_uuid: uuid } },
  });
  return (
    <Async query={structure} loading={<Skeleton className="h-72 w-full" />}>
      {(found) => (
        <div className="overflow-hidden rounded-md border border-line">
          <StoredViewer structure={found} height="h-64" />
          <p className="border-t border-line px-4 py-2 text-sm">
            <Link href={`/structures/${uuid}`}>Open the structure</Link>
          </p>
        </div>
      )}
    </Async>
  );
}
