import { useRouter } from 'next/router';
import { api } from '@/shared/api/client';
import { Page } from '@/shared/shell/Page';
import { Card } from '@/shared/ui/Card';
import { lazyViewer } from '@/shared/ui/lazyViewer';
import { Async, SkeletonRows } from '@/shared/ui/states';
import { type Chain, inTitle, inWords, sourceOf } from './chain';
import { StepCard } from './StepCard';
import { StepGrid } from './StepGrid';

const RunForm = lazyViewer(() => import('./RunForm'), 'h-72');

/** One chain: its steps over the scales, what each hands on, and the form that runs it. */
export function ChainPage() {
  const { query, isReady } = useRouter();
  const name = typeof query.name === 'string' ? query.name : '';
  const chain = api.useQuery(
    'get',
    '/api/chains/{name}',
    { params: { path: { name } } },
    { enabled: isReady && name !== '', staleTime: Infinity },
  );
  if (chain.data) return <Shown key={name} chain={chain.data} />;
  return (
    <Page title="Chain">
      <Async query={chain} loading={<SkeletonRows rows={8} />}>
        {() => null}
      </Async>
    </Page>
  );
}

function Shown({ chain }: { chain: Chain }) {
  return (
    <Page title={inTitle(chain.name)} subtitle={<p className="max-w-prose">{chain.description}</p>}>
      <StepGrid label="Steps over the scales" steps={chain.steps}>
        {(step) => <StepCard step={step} />}
      </StepGrid>
      <div className="grid items-start gap-5 lg:grid-cols-[minmax(0,1fr)_22rem]">
        <RunForm chain={chain} />
        <Card title="What it finds" flush>
          <ul aria-label="What it finds">
            {chain.report.map((answer) => (
              <li key={answer.name} className="border-b border-line px-4 py-1.5 text-sm last:border-0">
                <span className="block first-letter:uppercase">{inWords(answer.name)}</span>
                <span className="block text-xs wrap-anywhere text-muted">{`from ${sourceOf(answer)}`}</span>
              </li>
            ))}
          </ul>
        </Card>
      </div>
    </Page>
  );
}
