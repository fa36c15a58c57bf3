import '../reload';
import { GitCompareArrows } from 'lucide-react';
import { useRouter } from 'next/router';
import { api } from '@/shared/api/client';
import { Page } from '@/shared/shell/Page';
import { ButtonLink } from '@/shared/ui/Button';
import { Card } from '@/shared/ui/Card';
import { Link } from '@/shared/ui/Link';
import { Async, Empty, SkeletonRows } from '@/shared/ui/states';
import { type Comparison, inWords } from '../learning';
import { Places } from '../Places';
import { ComparisonTable } from './ComparisonTable';
import { Errors } from './Errors';

/** Models side by side, on the same rows of the same data set; the address says which. */
export function ComparePage() {
  const { query, isReady } = useRouter();
  const uuid = [...new Set([query.uuid ?? []].flat())];
  return (
    <Page title="Compare models">
      <Places />
      {!isReady ? (
        <SkeletonRows rows={8} />
      ) : uuid.length < 2 ? (
        <Card>
          <Empty
            icon={GitCompareArrows}
            title="Which models?"
            action={<ButtonLink href="/ml/models">Choose them</ButtonLink>}
          >
            Select two or more in the list that were tested on the same rows.
          </Empty>
        </Card>
      ) : (
        <Loaded key={uuid.join()} uuid={uuid} />
      )}
    </Page>
  );
}

function Loaded({ uuid }: { uuid: string[] }) {
  const found = api.useQuery('get', '/api/ml/models/compare', { params: { query: { uuid } } });
  return <Async query={found}>{(comparison) => <Shown comparison={comparison} />}</Async>;
}

function Shown({ comparison }: { comparison: Comparison }) {
  const { dataset, rows } = comparison;
  return (
    <>
      <p className="text-sm text-muted">
        {`${rows.length.toLocaleString('en')} rows of `}
        <Link href={`/ml/datasets/${dataset.uuid}`}>
          <bdi>{dataset.name}</bdi>
        </Link>
        {` that none of them had seen: ${inWords(dataset.target)}${dataset.unit && ` [${dataset.unit}]`}.`}
      </p>
      <Card title="Errors" flush>
        <ComparisonTable comparison={comparison} />
      </Card>
      <Card title="Row by row">
        <Errors comparison={comparison} />
      </Card>
    </>
  );
}
