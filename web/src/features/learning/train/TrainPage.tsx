import { Database } from 'lucide-react';
import { useRouter } from 'next/router';
import { api } from '@/shared/api/client';
import { useList } from '@/shared/api/list';
import { Page } from '@/shared/shell/Page';
import { ButtonLink } from '@/shared/ui/Button';
import { Card } from '@/shared/ui/Card';
import { Async, Empty, SkeletonRows } from '@/shared/ui/states';
import { Places } from '../Places';
import { TrainForm } from './TrainForm';

/** A model to train; the address may say on which data set. */
export function TrainPage() {
  const { query, isReady } = useRouter();
  const asked = typeof query.dataset === 'string' ? query.dataset : undefined;
  return (
    <Page title="Train a model">
      <Places />
      {isReady ? <Loaded asked={asked} /> : <SkeletonRows />}
    </Page>
  );
}

function Loaded({ asked }: { asked: string | undefined }) {
  const datasets = useList('/api/ml/datasets', { query: { limit: 200 } });
  const kinds = api.useQuery('get', '/api/ml/kinds', {}, { staleTime: Infinity });
  return (
    <Async query={{ ...datasets, data: datasets.data && datasets.items }} loading={<SkeletonRows rows={8} />}>
      {(all) =>
        all.length === 0 ? (
          <Card>
            <Empty
              icon={Database}
              title="No data sets yet"
              action={<ButtonLink href="/ml/datasets?new">Make one</ButtonLink>}
            >
              A model learns from a data set: of results in the graph, or of a published file.
            </Empty>
          </Card>
        ) : (
          <Async query={kinds} loading={<SkeletonRows rows={8} />}>
            {(known) => <TrainForm key={asked} datasets={all} kinds={known} asked={asked} />}
          </Async>
        )
      }
    </Async>
  );
}
