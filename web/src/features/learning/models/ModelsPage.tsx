import '../reload';
import { GraduationCap, FileUp, GitCompareArrows, ListX, Plus } from 'lucide-react';
import { useRouter } from 'next/router';
import { useState } from 'react';
import { useList } from '@/shared/api/list';
import { useSession } from '@/shared/session/Session';
import { Page } from '@/shared/shell/Page';
import { Button, ButtonLink } from '@/shared/ui/Button';
import { Card } from '@/shared/ui/Card';
import { lazyViewer } from '@/shared/ui/lazyViewer';
import { Empty, SkeletonRows } from '@/shared/ui/states';
import { VirtualTable } from '@/shared/ui/VirtualTable';
import type { ModelRow } from '../learning';
import { Places } from '../Places';
import { columnsOf } from './columns';
import { FilterBar } from './FilterBar';
import { queryOf, useFilters } from './filters';
import { useStage } from './useStage';

const Trainings = lazyViewer(() => import('./Trainings'), 'h-0');
const ImportArchive = lazyViewer(() => import('@/features/groups/ImportArchive'), 'h-0');

/** The registry: all models that one may see, and what is being trained. */
export function ModelsPage() {
  const { isReady } = useRouter();
  const [isImporting, setImporting] = useState(false);
  return (
    <Page
      title="Models"
      fill
      actions={
        <>
          <Button icon={FileUp} onClick={() => setImporting(true)}>
            Import
          </Button>
          <ButtonLink href="/ml/models/new" kind="primary" icon={Plus}>
            Train a model
          </ButtonLink>
        </>
      }
    >
      <Places />
      {isReady ? <Registry /> : <SkeletonRows rows={8} />}
      {isImporting && <ImportArchive onClose={() => setImporting(false)} onDone={() => undefined} />}
    </Page>
  );
}

function Registry() {
  const { me } = useSession();
  const { filters, change } = useFilters();
  const list = useList('/api/ml/models', { query: { ...queryOf(filters), limit: 100 } });
  const [selected, setSelected] = useState<Set<string>>(new Set());
  const { move } = useStage();
  const select = (model: ModelRow, isSelected: boolean) => {
    const next = new Set(selected);
    if (isSelected) next.add(model.uuid);
    else next.delete(model.uuid);
    setSelected(next);
  };
  const chosen = list.items.filter((model) => selected.has(model.uuid));
  return (
    <>
      <FilterBar filters={filters} change={change} />
      <Trainings />
      {chosen.length > 0 && <Selection models={chosen} onClear={() => setSelected(new Set())} />}
      <Card flush className="min-h-60 grow [&>div]:h-full">
        <VirtualTable
          label="Models"
          list={list}
          columns={columnsOf(me?.email, selected, select, move)}
          rowKey={(model) => model.uuid}
          href={(model) => `/ml/models/${model.uuid}`}
          empty={<NoModels isFiltered={Object.keys(queryOf(filters)).length > 0} />}
        />
      </Card>
    </>
  );
}

/** What can be done with the models that are selected. */
function Selection({ models, onClear }: { models: ModelRow[]; onClear: () => void }) {
  const address = `/ml/models/compare?${models.map(({ uuid }) => `uuid=${uuid}`).join('&')}`;
  return (
    <div
      role="toolbar"
      aria-label="Selected models"
      className="flex flex-wrap items-center gap-2 rounded-lg border border-accent bg-accent-soft px-3 py-2 text-sm"
    >
      <span className="mr-2 font-medium tabular">{`${models.length} selected`}</span>
      {models.length > 1 ? (
        <ButtonLink size="s" icon={GitCompareArrows} href={address}>
          Compare them
        </ButtonLink>
      ) : (
        <span className="text-muted">Select another one to compare them.</span>
      )}
      <Button size="s" kind="quiet" className="ml-auto" onClick={onClear}>
        Clear the selection
      </Button>
    </div>
  );
}

function NoModels({ isFiltered }: { isFiltered: boolean }) {
  if (isFiltered) {
    return (
      <Empty icon={ListX} title="No model fits these filters">
        Take another word or stage.
      </Empty>
    );
  }
  return (
    <Empty
      icon={GraduationCap}
      title="No models yet"
      action={<ButtonLink href="/ml/models/new">Train the first</ButtonLink>}
    >
      A model learns a quantity from results in the graph, and says with each prediction how sure it is.
    </Empty>
  );
}
