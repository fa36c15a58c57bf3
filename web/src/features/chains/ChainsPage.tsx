import { ChevronRight, FileCode, Waypoints } from 'lucide-react';
import { useState } from 'react';
import { api } from '@/shared/api/client';
import { Page } from '@/shared/shell/Page';
import { Button } from '@/shared/ui/Button';
import { lazyViewer } from '@/shared/ui/lazyViewer';
import { Link } from '@/shared/ui/Link';
import { RowLink } from '@/shared/ui/Table';
import { Async, Empty } from '@/shared/ui/states';
import { type Chain, inTitle, inWords, placesOf, SCALES, scalesOf } from './chain';

const OwnChain = lazyViewer(() => import('./OwnChain'), 'h-0');

/** The chains that there are, each with its steps over the scales. */
export function ChainsPage() {
  const chains = api.useQuery('get', '/api/chains', {}, { staleTime: Infinity });
  const [isOpen, setOpen] = useState(false);
  return (
    <Page
      title="Chains"
      subtitle="From electrons to a component: each step takes what those before it found."
      actions={
        <>
          <Link href="/jobs?workflow=multiscale" className="mr-2 text-sm">
            Runs
          </Link>
          <Button icon={FileCode} onClick={() => setOpen(true)}>
            Run a chain of your own
          </Button>
        </>
      }
    >
      <Async query={chains}>
        {(all) =>
          all.length === 0 ? (
            <Empty icon={Waypoints} title="No chains yet">
              None came along; run one of your own.
            </Empty>
          ) : (
            <ul aria-label="Chains" className="grid items-start gap-4 xl:grid-cols-2">
              {all.map((chain) => (
                <Card key={chain.name} chain={chain} />
              ))}
            </ul>
          )
        }
      </Async>
      {isOpen && <OwnChain onClose={() => setOpen(false)} />}
    </Page>
  );
}

function Card({ chain }: { chain: Chain }) {
  return (
    <li className="relative flex min-w-0 flex-col gap-3 rounded-lg border border-line bg-surface p-4 shadow-card transition-colors hover:border-line-strong">
      <h2 className="text-base font-semibold">
        <RowLink href={`/chains/${chain.name}`}>{inTitle(chain.name)}</RowLink>
      </h2>
      <p className="text-sm text-pretty text-muted">{chain.description}</p>
      <ol aria-label="Scales" className="flex flex-col gap-2 sm:flex-row">
        {scalesOf(chain.steps).map((scale, at) => (
          <li key={scale} className="flex min-w-0 flex-1 items-start gap-1.5">
            {at > 0 && (
              <ChevronRight aria-hidden size={14} className="mt-2 shrink-0 text-muted max-sm:hidden" />
            )}
            <div className="min-w-0 grow rounded-md bg-sunken px-2.5 py-1.5">
              <p className="text-xs font-semibold">{SCALES[scale].word}</p>
              <ul className="text-xs text-muted">
                {placesOf(chain.steps)
                  .filter((place) => place.scale === scale)
                  .flatMap((place) => place.steps)
                  .map((step) => (
                    <li key={step.label} className="truncate">
                      {inWords(step.label)}
                    </li>
                  ))}
              </ul>
            </div>
          </li>
        ))}
      </ol>
      <p className="text-xs text-muted">{`${chain.steps.length} steps, ${chain.report.length} answers`}</p>
    </li>
  );
}
