import '../reload';
import { Send, Waypoints } from 'lucide-react';
import { useRouter } from 'next/router';
import { Figure } from '@/features/results/Figure';
import { api } from '@/shared/api/client';
import { ApiError } from '@/shared/api/errors';
import { Page } from '@/shared/shell/Page';
import { ButtonLink } from '@/shared/ui/Button';
import { Card } from '@/shared/ui/Card';
import { CopyId } from '@/shared/ui/copy';
import { lazyViewer } from '@/shared/ui/lazyViewer';
import { ErrorPanel, SkeletonRows } from '@/shared/ui/states';
import { TimeAgo } from '@/shared/ui/TimeAgo';
import { type DatasetDetail, inWords } from '../learning';
import { Lineage } from '../Lineage';
import { About } from './About';
import { LeftOut } from './LeftOut';
import { Splits } from './Splits';

const Histogram = lazyViewer(() => import('./Histogram'), 'h-72');

/** One data set: how its targets are spread, how it is split, and what was left out. */
export function DatasetPage() {
  const { query, isReady } = useRouter();
  const uuid = typeof query.id === 'string' ? query.id : '';
  const found = api.useQuery(
    'get',
    '/api/ml/datasets/{uuid}',
    { params: { path: { uuid } } },
    { enabled: isReady && uuid !== '', staleTime: Infinity },
  );
  if (found.data) return <Shown dataset={found.data} />;
  const isMissing = found.error instanceof ApiError && found.error.status === 404;
  return (
    <Page title="Data set">
      {found.error ? (
        <div>
          <ErrorPanel
            error={found.error}
            retry={isMissing ? undefined : found.refetch}
            title={isMissing ? 'There is no such data set, or it is not shared with you' : undefined}
          />
          <ButtonLink href="/ml/datasets">All data sets</ButtonLink>
        </div>
      ) : (
        <SkeletonRows rows={8} />
      )}
    </Page>
  );
}

function Shown({ dataset }: { dataset: DatasetDetail }) {
  const { uuid, name, count, target, created } = dataset;
  return (
    <Page
      title={name}
      heading={<bdi>{name}</bdi>}
      subtitle={
        <div className="flex flex-wrap items-center gap-x-4 gap-y-1">
          <span>{`${count.toLocaleString('en')} structures`}</span>
          <span className="wrap-anywhere">{inWords(target)}</span>
          <TimeAgo time={created} />
          <CopyId id={uuid} />
        </div>
      }
      actions={
        <>
          <ButtonLink icon={Waypoints} href={`/graph/${uuid}`}>
            Provenance
          </ButtonLink>
          <ButtonLink kind="primary" icon={Send} href={`/ml/models/new?dataset=${uuid}`}>
            Train a model on it
          </ButtonLink>
        </>
      }
    >
      <div className="grid items-start gap-5 lg:grid-cols-[minmax(0,1fr)_21rem]">
        <div className="flex min-w-0 flex-col gap-5">
          <Card title="Targets">
            <Targets dataset={dataset} />
          </Card>
          {dataset.splits.length > 0 && <Splits splits={dataset.splits} />}
          {dataset.left_out > 0 && <LeftOut count={dataset.left_out} rows={dataset.left_out_rows} />}
        </div>
        <div className="grid min-w-0 gap-5 md:max-lg:grid-cols-2">
          <About dataset={dataset} />
          <Lineage uuid={uuid} origins={dataset.origins} />
        </div>
      </div>
    </Page>
  );
}

function Targets({ dataset }: { dataset: DatasetDetail }) {
  const { spread, target, unit } = dataset;
  const axis = { name: inWords(target), unit };
  return (
    <Figure
      plot={{
        title: `How ${axis.name} is spread`,
        x: axis,
        y: { name: 'structures', unit: '' },
        series: [],
      }}
      table={{
        columns: [
          { name: 'from', unit },
          { name: 'to', unit },
          { name: 'structures', unit: '' },
        ],
        rows: spread.counts.map((found, at) => [
          spread.edges[at] ?? null,
          spread.edges[at + 1] ?? null,
          found,
        ]),
      }}
    >
      <Histogram edges={spread.edges} counts={spread.counts} axis={axis} />
    </Figure>
  );
}
