import './reload';
import { Gem, Plus } from 'lucide-react';
import { useState } from 'react';
import { useList } from '@/shared/api/list';
import { Page } from '@/shared/shell/Page';
import { Button, ButtonLink } from '@/shared/ui/Button';
import { lazyViewer } from '@/shared/ui/lazyViewer';
import { Empty, SkeletonRows } from '@/shared/ui/states';
import { VirtualTable } from '@/shared/ui/VirtualTable';
import { FilterBar } from './FilterBar';
import { activeFilters, type Filters, queryOf, useFilters } from './filters';
import { materialColumns } from './materialColumns';
import { NothingFound } from './NothingFound';

const NewMaterial = lazyViewer(() => import('./NewMaterial'), 'h-0');
const ROWS_OF_A_PAGE = 200;

/** All materials that one may see: found, filtered, made. */
export function MaterialsPage() {
  const { filters, change, isReady } = useFilters();
  const [isNew, setNew] = useState(false);
  return (
    <Page
      title="Materials"
      fill
      actions={
        <Button kind="primary" icon={Plus} onClick={() => setNew(true)}>
          New material
        </Button>
      }
    >
      <FilterBar filters={filters} change={change} />
      <div className="min-h-0 grow overflow-hidden rounded-lg border border-line bg-surface shadow-card">
        {isReady ? <Materials filters={filters} change={change} /> : <SkeletonRows rows={9} />}
      </div>
      {isNew && <NewMaterial onClose={() => setNew(false)} />}
    </Page>
  );
}

function Materials({
  filters,
  change,
}: {
  filters: Filters;
  change: (changes: Partial<Filters>) => unknown;
}) {
  const list = useList('/api/materials', { query: { ...queryOf(filters), limit: ROWS_OF_A_PAGE } });
  const isFiltered = activeFilters(filters).length > 0;
  return (
    <VirtualTable
      label="Materials"
      list={list}
      columns={materialColumns((tag) => {
        if (!filters.tag.includes(tag)) void change({ tag: [...filters.tag, tag] });
      })}
      rowKey={(material) => material.material_id}
      href={(material) => `/materials/${material.material_id}`}
      empty={isFiltered ? <NothingFound filters={filters} change={change} /> : <NoMaterials />}
    />
  );
}

function NoMaterials() {
  return (
    <Empty
      icon={Gem}
      title="No materials yet"
      action={<ButtonLink href="/structures">Add a structure</ButtonLink>}
    >
      Make one here, or upload or build a structure: its material is made with it.
    </Empty>
  );
}
