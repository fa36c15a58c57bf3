import '../reload';
import { Play, Sparkles } from 'lucide-react';
import { useRouter } from 'next/router';
import { api } from '@/shared/api/client';
import { Page } from '@/shared/shell/Page';
import { ButtonLink } from '@/shared/ui/Button';
import { Card } from '@/shared/ui/Card';
import { Formula } from '@/shared/ui/Formula';
import { lazyViewer } from '@/shared/ui/lazyViewer';
import { Async, Skeleton, SkeletonRows } from '@/shared/ui/states';
import { SpaceGroup } from '../SpaceGroup';
import { dimensionalityOf, nameOf, type Structure } from '../structure';
import { BuildMenu } from './BuildMenu';
import { ExportMenu } from './ExportMenu';
import { Facts } from './Facts';
import { JobsOfStructure } from './JobsOfStructure';
import { StoredViewer } from './StoredViewer';
import { Symmetry } from './Symmetry';

const Similar = lazyViewer(() => import('@/features/learning/similar/Similar'), 'h-40');

/** One structure: how it looks, what it is, where it came from, and what was computed of it. */
export function StructurePage() {
  const { query, isReady } = useRouter();
  const uuid = typeof query.id === 'string' ? query.id : '';
  const structure = api.useQuery(
    'get',
    '/api/structures/{structure_uuid}',
    { params: { path: { structure_uuid: uuid } } },
    { enabled: isReady && uuid !== '' },
  );
  const { data } = structure;
  return (
    <Page
      title={data ? nameOf(data) : 'Structure'}
      heading={data && <Formula>{nameOf(data)}</Formula>}
      subtitle={
        data ? (
          <Subtitle structure={data} />
        ) : structure.error ? undefined : (
          <Skeleton className="mt-1 h-4 w-48" />
        )
      }
      actions={data && <Actions structure={data} />}
    >
      <Async query={structure} loading={<SkeletonRows rows={9} />}>
        {(found) => (
          <div className="grid items-start gap-5 lg:grid-cols-[minmax(0,1fr)_21rem]">
            <div className="flex min-w-0 flex-col gap-5">
              <Card flush className="overflow-hidden">
                <StoredViewer structure={found} />
              </Card>
              <JobsOfStructure uuid={found.uuid} />
              <Similar key={found.uuid} uuid={found.uuid} />
            </div>
            <div className="grid min-w-0 gap-5 md:max-lg:grid-cols-2">
              <Facts structure={found} />
              <Symmetry structure={found} />
            </div>
          </div>
        )}
      </Async>
    </Page>
  );
}

function Subtitle({ structure }: { structure: Structure }) {
  const count = structure.symbols.length;
  return (
    <>
      {count.toLocaleString('en')} {count === 1 ? 'atom' : 'atoms'}
      {structure.dimensionality !== null && ` · ${dimensionalityOf(structure.dimensionality)}`}
      {structure.space_group && (
        <>
          {' · '}
          <SpaceGroup>{structure.space_group}</SpaceGroup>
        </>
      )}
    </>
  );
}

function Actions({ structure }: { structure: Structure }) {
  return (
    <>
      <ExportMenu uuid={structure.uuid} name={nameOf(structure)} />
      <BuildMenu structure={structure} />
      {structure.pbc.every(Boolean) && (
        <ButtonLink icon={Sparkles} href={`/ml/predictions?structure=${structure.uuid}`}>
          Predict
        </ButtonLink>
      )}
      <ButtonLink kind="primary" icon={Play} href={`/jobs/new?structure=${structure.uuid}`}>
        Run a simulation
      </ButtonLink>
    </>
  );
}
