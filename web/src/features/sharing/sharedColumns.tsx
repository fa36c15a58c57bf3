import { Boxes, FileBox, Gem } from 'lucide-react';
import type { components } from '@/shared/api/schema';
import type { Column } from '@/shared/ui/Table';
import { TimeAgo } from '@/shared/ui/TimeAgo';
import { ShareButton } from './ShareButton';
import { granteeOf, type Root } from './shares';

export type Direction = 'with_me' | 'by_me';
type Row = components['schemas']['SharedRoot'];

const KINDS = {
  material: { word: 'Material', icon: Gem },
  group: { word: 'Group', icon: Boxes },
  node: { word: 'Data', icon: FileBox },
} as const;

/** Where a row leads. */
export function addressOf({ kind, uuid, material_id }: Row): string {
  if (kind === 'material' && material_id !== null) return `/materials/${material_id}`;
  return kind === 'group' ? `/groups/${uuid}` : `/graph/${uuid}`;
}

function rootOf({ kind, uuid, material_id }: Row): Root {
  return { kind, id: kind === 'material' ? (material_id ?? uuid) : uuid };
}

/** What is said of each share. */
export function columnsOf(direction: Direction): Column<Row>[] {
  return [
    {
      key: 'name',
      header: 'What',
      width: 'minmax(0, 3fr)',
      cell: ({ kind, name, uuid }) => {
        const { word, icon: Icon } = KINDS[kind];
        return (
          <span title={`${word}: ${name || uuid}`} className="flex items-center gap-2.5">
            <Icon aria-label={word} size={15} className="shrink-0 text-muted" />
            <bdi className="truncate">{name || uuid}</bdi>
          </span>
        );
      },
    },
    direction === 'by_me'
      ? { key: 'who', header: 'With', width: 'minmax(0, 2fr)', cell: (row) => person(granteeOf(row)) }
      : { key: 'who', header: 'By', width: 'minmax(0, 2fr)', cell: ({ owner }) => person(owner) },
    {
      key: 'access',
      header: 'Access',
      width: '5.5rem',
      cell: ({ access }) => (access === 'write' ? 'Write' : 'Read'),
    },
    {
      key: 'created',
      header: 'Since',
      width: '7.5rem',
      align: 'right',
      wide: true,
      cell: ({ created }) => (
        <span className="text-muted">
          <TimeAgo time={created} />
        </span>
      ),
    },
    ...(direction === 'by_me' ? [CHANGE] : []),
  ];
}

const CHANGE: Column<Row> = {
  key: 'change',
  header: <span className="sr-only">Change</span>,
  width: '4rem',
  align: 'right',
  cell: (row) => (
    <span className="relative z-1">
      <ShareButton root={rootOf(row)} name={row.name || row.uuid} compact />
    </span>
  ),
};

function person(name: string) {
  return (
    <span title={name} className="text-muted">
      {name}
    </span>
  );
}
