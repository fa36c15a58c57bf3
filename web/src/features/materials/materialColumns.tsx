import type { components } from '@/shared/api/schema';
import { Formula } from '@/shared/ui/Formula';
import type { Column } from '@/shared/ui/Table';
import { TimeAgo } from '@/shared/ui/TimeAgo';
import { Tag } from './Tag';

type Row = components['schemas']['MaterialRevision'];

/** What the list says of each material; `choose` narrows the list to a tag. */
export function materialColumns(choose: (tag: string) => void): Column<Row>[] {
  return [
    {
      key: 'name',
      header: 'Name',
      width: 'minmax(0, 3fr)',
      cell: ({ name }) => <span title={name}>{name}</span>,
    },
    {
      key: 'formula',
      header: 'Formula',
      width: 'minmax(5.5rem, 1.2fr)',
      cell: ({ formula }) => formula !== null && <Formula>{formula}</Formula>,
    },
    {
      key: 'tags',
      header: 'Tags',
      width: 'minmax(0, 2.4fr)',
      wide: true,
      cell: ({ tags }) => (
        <span className="flex gap-1 overflow-hidden">
          {tags.map((tag) => (
            <Tag key={tag} onChoose={() => choose(tag)}>
              {tag}
            </Tag>
          ))}
        </span>
      ),
    },
    {
      key: 'owner',
      header: 'Last changed by',
      width: 'minmax(0, 1.6fr)',
      wide: true,
      cell: ({ owner }) => (
        <span title={owner} className="text-muted">
          {owner}
        </span>
      ),
    },
    {
      key: 'revision',
      header: 'Revision',
      width: '6rem',
      align: 'right',
      wide: true,
      cell: ({ revision }) => <span className="text-muted">{revision}</span>,
    },
    {
      key: 'created',
      header: 'Changed',
      width: '7rem',
      align: 'right',
      cell: ({ created }) => (
        <span className="text-muted">
          <TimeAgo time={created} />
        </span>
      ),
    },
  ];
}
