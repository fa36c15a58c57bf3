import type { ReactNode } from 'react';
import type { components } from '@/shared/api/schema';
import { Card } from '@/shared/ui/Card';
import { CopyId } from '@/shared/ui/copy';
import { show } from './metadata';
import { Tag } from './Tag';

/** What people wrote about a material. */
export function About({ material }: { material: components['schemas']['Material'] }) {
  const { description, tags, metadata, material_id } = material;
  const entries = Object.entries(metadata);
  return (
    <Card title="About">
      <div className="flex flex-col gap-4 text-sm">
        {description === '' ? (
          <p className="text-muted">No description.</p>
        ) : (
          <p dir="auto" className="max-h-72 overflow-y-auto wrap-anywhere whitespace-pre-wrap">
            {description}
          </p>
        )}
        {tags.length > 0 && (
          <ul aria-label="Tags" className="flex flex-wrap gap-1.5">
            {tags.map((tag) => (
              <li key={tag} className="flex min-w-0">
                <Tag>{tag}</Tag>
              </li>
            ))}
          </ul>
        )}
        <dl className="grid grid-cols-[minmax(0,2fr)_minmax(0,3fr)] gap-x-4 gap-y-1.5">
          {entries.map(([key, value]) => (
            <Entry key={key} name={key}>
              <span dir="auto" title={show(value)} className="line-clamp-3 wrap-anywhere">
                {show(value)}
              </span>
            </Entry>
          ))}
          <Entry name="Identifier">
            <CopyId id={material_id} />
          </Entry>
        </dl>
      </div>
    </Card>
  );
}

function Entry({ name, children }: { name: string; children: ReactNode }) {
  return (
    <>
      <dt dir="auto" title={name} className="truncate text-muted">
        {name}
      </dt>
      <dd className="min-w-0">{children}</dd>
    </>
  );
}
