import '../reload';
import { Sparkles, Waypoints } from 'lucide-react';
import { useRouter } from 'next/router';
import { api } from '@/shared/api/client';
import { ApiError } from '@/shared/api/errors';
import { useSession } from '@/shared/session/Session';
import { Page } from '@/shared/shell/Page';
import { Button, ButtonLink } from '@/shared/ui/Button';
import { CopyId } from '@/shared/ui/copy';
import { ErrorPanel, SkeletonRows } from '@/shared/ui/states';
import { TimeAgo } from '@/shared/ui/TimeAgo';
import { inWords, type ModelDetail, type Stage } from '../learning';
import { Lineage } from '../Lineage';
import { StageBadge } from '../StageBadge';
import { About } from './About';
import { STAGE_ACTIONS } from './columns';
import { ExportModel } from './ExportModel';
import { Metrics } from './Metrics';
import { Tested } from './Tested';
import { Training } from './Training';
import { useStage } from './useStage';

/** One model: how good it is, what it has learnt from, and what can be done with it. */
export function ModelPage() {
  const { query, isReady } = useRouter();
  const uuid = typeof query.id === 'string' ? query.id : '';
  const found = api.useQuery(
    'get',
    '/api/ml/models/{uuid}',
    { params: { path: { uuid } } },
    { enabled: isReady && uuid !== '' },
  );
  if (found.data) return <Shown key={uuid} model={found.data} />;
  const isMissing = found.error instanceof ApiError && found.error.status === 404;
  return (
    <Page title="Model">
      {found.error ? (
        <div>
          <ErrorPanel
            error={found.error}
            retry={isMissing ? undefined : found.refetch}
            title={isMissing ? 'There is no such model, or it is not shared with you' : undefined}
          />
          <ButtonLink href="/ml/models">All models</ButtonLink>
        </div>
      ) : (
        <SkeletonRows rows={8} />
      )}
    </Page>
  );
}

function Shown({ model }: { model: ModelDetail }) {
  return (
    <Page
      title={model.name}
      heading={<bdi>{model.name}</bdi>}
      subtitle={<Subtitle model={model} />}
      actions={<Actions model={model} />}
    >
      <Metrics model={model} />
      <div className="grid items-start gap-5 lg:grid-cols-[minmax(0,1fr)_21rem]">
        <div className="flex min-w-0 flex-col gap-5">
          <Tested model={model} />
          {model.training && <Training job={model.training} />}
        </div>
        <div className="grid min-w-0 gap-5 md:max-lg:grid-cols-2">
          <About model={model} />
          <Lineage uuid={model.uuid} origins={model.lineage} />
        </div>
      </div>
    </Page>
  );
}

function Subtitle({ model }: { model: ModelDetail }) {
  const { me } = useSession();
  return (
    <div className="flex flex-wrap items-center gap-x-4 gap-y-1">
      <StageBadge stage={model.stage} />
      <span className="wrap-anywhere">{`predicts ${inWords(model.target)}`}</span>
      {me !== undefined && model.owner !== me.email && (
        <span className="max-w-60 truncate" title={model.owner}>
          {model.owner}
        </span>
      )}
      <TimeAgo time={model.created} />
      <CopyId id={model.uuid} />
    </div>
  );
}

function Actions({ model }: { model: ModelDetail }) {
  const { me } = useSession();
  const { move, isPending } = useStage();
  const { uuid, stage } = model;
  const others: Stage[] =
    stage === 'production'
      ? ['candidate']
      : stage === 'candidate'
        ? ['archived', 'production']
        : ['candidate'];
  return (
    <>
      <ButtonLink icon={Waypoints} href={`/graph/${uuid}`}>
        Provenance
      </ButtonLink>
      <ExportModel model={model} />
      {model.owner === me?.email &&
        others.map((other) => (
          <Button
            key={other}
            icon={STAGE_ACTIONS[other].icon}
            busy={isPending}
            onClick={() => move(model, other)}
          >
            {STAGE_ACTIONS[other].word}
          </Button>
        ))}
      <ButtonLink kind="primary" icon={Sparkles} href={`/ml/predictions?model=${uuid}`}>
        Predict with it
      </ButtonLink>
    </>
  );
}
