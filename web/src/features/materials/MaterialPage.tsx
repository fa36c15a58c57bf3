import './reload';
import { Archive, Pencil, Waypoints } from 'lucide-react';
import { useRouter } from 'next/router';
import { useState } from 'react';
import { ShareButton } from '@/features/sharing/ShareButton';
import { api } from '@/shared/api/client';
import { ApiError } from '@/shared/api/errors';
import type { components } from '@/shared/api/schema';
import { Page } from '@/shared/shell/Page';
import { Button, ButtonLink } from '@/shared/ui/Button';
import { Formula } from '@/shared/ui/Formula';
import { lazyViewer } from '@/shared/ui/lazyViewer';
import { ErrorPanel, SkeletonRows } from '@/shared/ui/states';
import { TimeAgo } from '@/shared/ui/TimeAgo';
import { About } from './About';
import { Archived } from './Archived';
import { Results } from './Results';
import { Revisions } from './Revisions';
import { Structures } from './Structures';
import { useArchive } from './useArchive';

const EditMaterial = lazyViewer(() => import('./EditMaterial'), 'h-0');

/** One material: what it is, what was made of it, what was computed of that, and how it came to be. */
export function MaterialPage() {
  const { query, isReady } = useRouter();
  const material_id = String(query.id);
  const found = api.useQuery(
    'get',
    '/api/materials/{material_id}',
    { params: { path: { material_id } } },
    { enabled: isReady },
  );
  if (found.data) return <Material key={material_id} material={found.data} />;
  const isMissing = found.error instanceof ApiError && found.error.status === 404;
  return (
    <Page title="Material">
      {found.error ? (
        <div>
          <ErrorPanel
            error={found.error}
            retry={isMissing ? undefined : found.refetch}
            title={isMissing ? 'There is no such material, or it is not shared with you' : undefined}
          />
          <ButtonLink href="/materials">All materials</ButtonLink>
        </div>
      ) : (
        <SkeletonRows rows={8} />
      )}
    </Page>
  );
}

function Material({ material }: { material: components['schemas']['Material'] }) {
  const { name, formula, owner, created, revision, access } = material;
  return (
    <Page
      title={name}
      heading={
        <>
          <bdi>{name}</bdi>
          {formula !== null && formula !== name && (
            <span className="ml-2.5 font-normal text-muted">
              <Formula>{formula}</Formula>
            </span>
          )}
        </>
      }
      subtitle={
        <p className="truncate" title={owner}>
          Revision {revision} · <bdi>{owner}</bdi> · <TimeAgo time={created} />
          {access !== 'own' && ` · shared with you, to ${access}`}
        </p>
      }
      actions={<Actions material={material} />}
    >
      {material.archived && <Archived material={material} />}
      <div className="grid items-start gap-5 xl:grid-cols-[minmax(0,5fr)_minmax(0,3fr)]">
        <div className="flex min-w-0 flex-col gap-5">
          <Structures material={material} />
          <Results material={material} />
        </div>
        <div className="flex min-w-0 flex-col gap-5">
          <About material={material} />
          <Revisions materialId={material.material_id} />
        </div>
      </div>
    </Page>
  );
}

function Actions({ material }: { material: components['schemas']['Material'] }) {
  const [isEdited, setEdited] = useState(false);
  const archive = useArchive(material);
  return (
    <>
      <ButtonLink href={`/graph/${material.uuid}`} icon={Waypoints}>
        Provenance
      </ButtonLink>
      {material.access === 'own' && (
        <ShareButton root={{ kind: 'material', id: material.material_id }} name={material.name} />
      )}
      {material.access !== 'read' && (
        <>
          {!material.archived && (
            <Button icon={Archive} busy={archive.isPending} onClick={() => archive.change(true)}>
              Archive
            </Button>
          )}
          <Button kind="primary" icon={Pencil} onClick={() => setEdited(true)}>
            Edit
          </Button>
        </>
      )}
      {isEdited && <EditMaterial material={material} onClose={() => setEdited(false)} />}
    </>
  );
}
