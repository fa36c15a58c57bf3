import { Atom, Plus } from 'lucide-react';
import { useList } from '@/shared/api/list';
import type { components } from '@/shared/api/schema';
import { Button, ButtonLink } from '@/shared/ui/Button';
import { Card } from '@/shared/ui/Card';
import { Formula } from '@/shared/ui/Formula';
import { Async, Empty } from '@/shared/ui/states';
import { type Column, Table } from '@/shared/ui/Table';
import { TimeAgo } from '@/shared/ui/TimeAgo';

type Row = components['schemas']['StructureRow'];

const COLUMNS: Column<Row>[] = [
  {
    key: 'formula',
    header: 'Formula',
    cell: ({ formula, label }) => <Formula>{formula ?? (label || 'Structure')}</Formula>,
  },
  {
    key: 'atoms',
    header: 'Atoms',
    width: '5rem',
    align: 'right',
    cell: ({ number_of_atoms }) => number_of_atoms?.toLocaleString('en'),
  },
  { key: 'group', header: 'Space group', cell: ({ space_group }) => space_group ?? none(), wide: true },
  {
    key: 'dimensionality',
    header: <span title="In how many directions it goes on without vacuum">Extent</span>,
    width: '5.5rem',
    cell: ({ dimensionality }) => (dimensionality === null ? none() : `${dimensionality}D`),
  },
  {
    key: 'source',
    header: 'Source',
    width: '8.5rem',
    wide: true,
    cell: ({ origin, format }) =>
      [origin, format === 'internal' ? null : format].filter(Boolean).join(', ') || none(),
  },
  {
    key: 'made',
    header: 'Made',
    width: '7rem',
    align: 'right',
    wide: true,
    cell: ({ created }) => (
      <span className="text-muted">
        <TimeAgo time={created} />
      </span>
    ),
  },
];

function none() {
  return <span className="text-muted">–</span>;
}

/** The structures below a material, at any depth. */
export function Structures({ material }: { material: components['schemas']['Material'] }) {
  const path = { material_id: material.material_id };
  const list = useList('/api/materials/{material_id}/structures', { path, query: { limit: 50 } });
  const add = (
    <ButtonLink href={`/structures?material=${material.material_id}`} size="s" icon={Plus}>
      Add a structure
    </ButtonLink>
  );
  return (
    <Card title="Structures" actions={material.access !== 'read' && add} flush>
      <Async query={list}>
        {() =>
          list.items.length === 0 ? (
            <Empty icon={Atom} title="No structures yet">
              Upload a CIF, POSCAR or XYZ file, or build a bulk, slab, nanoparticle or nanotube: simulations
              start from a structure.
            </Empty>
          ) : (
            <Table
              label="Structures"
              columns={COLUMNS}
              rows={list.items}
              rowKey={(row) => row.uuid}
              href={(row) => `/structures/${row.uuid}`}
            />
          )
        }
      </Async>
      {list.hasNextPage && (
        <div className="border-t border-line p-2 text-center">
          <Button
            size="s"
            kind="quiet"
            busy={list.isFetchingNextPage}
            onClick={() => void list.fetchNextPage()}
          >
            Older structures
          </Button>
        </div>
      )}
    </Card>
  );
}
