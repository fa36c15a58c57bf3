import '../reload';
import { Atom, Hammer, Upload } from 'lucide-react';
import { useRouter } from 'next/router';
import { useCallback, useRef, useState } from 'react';
import { useList } from '@/shared/api/list';
import { Page } from '@/shared/shell/Page';
import { Button, ButtonLink } from '@/shared/ui/Button';
import { Card } from '@/shared/ui/Card';
import { Formula } from '@/shared/ui/Formula';
import { lazyViewer } from '@/shared/ui/lazyViewer';
import { Empty } from '@/shared/ui/states';
import type { Column } from '@/shared/ui/Table';
import { TimeAgo } from '@/shared/ui/TimeAgo';
import { VirtualTable } from '@/shared/ui/VirtualTable';
import { SpaceGroup } from '../SpaceGroup';
import { nameOf, SOURCES, type StructureRow } from '../structure';
import { DropArea } from '../upload/DropArea';
import { Filters } from './Filters';
import { queryOf, useFilters } from './useFilters';

const UploadDialog = lazyViewer(() => import('../upload/UploadDialog'), 'h-0');

const COLUMNS: Column<StructureRow>[] = [
  {
    key: 'formula',
    header: 'Formula',
    width: 'minmax(0, 2fr)',
    cell: (row) => (
      <span title={nameOf(row)}>
        <Formula>{nameOf(row)}</Formula>
      </span>
    ),
  },
  {
    key: 'atoms',
    header: 'Atoms',
    width: '5rem',
    align: 'right',
    cell: (row) => row.number_of_atoms?.toLocaleString('en') ?? '',
  },
  {
    key: 'group',
    header: 'Space group',
    width: 'minmax(0, 1.4fr)',
    wide: true,
    cell: (row) => (row.space_group ? <SpaceGroup>{row.space_group}</SpaceGroup> : '–'),
  },
  {
    key: 'dimensions',
    header: 'Dim.',
    width: '4.5rem',
    wide: true,
    cell: (row) => (row.dimensionality === null ? '' : `${row.dimensionality}D`),
  },
  { key: 'source', header: 'Source', width: '8rem', wide: true, cell: sourceOf },
  {
    key: 'owner',
    header: 'Owner',
    width: 'minmax(0, 1.4fr)',
    wide: true,
    cell: (row) => <span title={row.owner}>{row.owner}</span>,
  },
  {
    key: 'created',
    header: 'Created',
    width: '7.5rem',
    align: 'right',
    cell: (row) => <TimeAgo time={row.created} />,
  },
];

function sourceOf({ origin, format }: StructureRow): string {
  if (origin === null) return '';
  return format && format !== 'internal'
    ? `${SOURCES[origin] ?? origin}, ${format}`
    : (SOURCES[origin] ?? origin);
}

/** All structures; files are dropped anywhere. */
export function StructuresPage() {
  const { isReady } = useRouter();
  const [filters, change] = useFilters();
  const [files, setFiles] = useState<File[]>([]);
  const addFiles = useCallback((more: File[]) => setFiles((before) => [...before, ...more]), []);
  const upload = <UploadButton onFiles={addFiles} />;
  return (
    <Page
      title="Structures"
      fill
      actions={
        <>
          <ButtonLink
            href={filters.material ? `/structures/build?material=${filters.material}` : '/structures/build'}
            icon={Hammer}
          >
            Build
          </ButtonLink>
          {upload}
        </>
      }
    >
      <Filters value={filters} onChange={change} />
      <Card flush className="min-h-72 grow [&>div]:h-full">
        {isReady && <StructureList filters={filters} />}
      </Card>
      <DropArea onFiles={addFiles} />
      {files.length > 0 && (
        <UploadDialog
          files={files}
          material={filters.material}
          onClose={() => setFiles([])}
          onMore={addFiles}
        />
      )}
    </Page>
  );
}

function StructureList({ filters }: { filters: ReturnType<typeof useFilters>[0] }) {
  const list = useList('/api/structures', { query: queryOf(filters) });
  const isFiltered = Object.keys(filters).length > 0;
  return (
    <VirtualTable
      label="Structures"
      list={list}
      columns={COLUMNS}
      rowKey={(row) => row.uuid}
      href={(row) => `/structures/${row.uuid}`}
      empty={
        isFiltered ? (
          <Empty icon={Atom} title="No structure is like that">
            Formula and space group must be written as they are in the list: SiO2, Fm-3m (225).
          </Empty>
        ) : (
          <Empty icon={Atom} title="No structures yet">
            Drop a CIF, POSCAR or XYZ file anywhere on this page, or build one.
          </Empty>
        )
      }
    />
  );
}

function UploadButton({ onFiles }: { onFiles: (files: File[]) => void }) {
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <Button kind="primary" icon={Upload} onClick={() => input.current?.click()}>
        Upload
      </Button>
      <input
        ref={input}
        type="file"
        multiple
        hidden
        aria-label="Files of structures"
        onChange={(event) => {
          onFiles([...(event.target.files ?? [])]);
          event.target.value = '';
        }}
      />
    </>
  );
}
