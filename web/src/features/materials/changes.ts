import type { components } from '@/shared/api/schema';
import { show } from './metadata';

type Revision = components['schemas']['WholeRevision'];

/** One thing that a revision changed; null: it was not there, or is gone. */
export type Change = { what: string; before: string | null; after: string | null };

/** What a revision changed: tags and metadata one by one. */
export function changesBetween(older: Revision, newer: Revision): Change[] {
  const texts = (['name', 'formula', 'description'] as const).map((field) => ({
    what: field,
    before: older[field] || null,
    after: newer[field] || null,
  }));
  const tags = [...new Set([...older.tags, ...newer.tags])].map((tag) => ({
    what: 'tag',
    before: older.tags.includes(tag) ? tag : null,
    after: newer.tags.includes(tag) ? tag : null,
  }));
  const keys = [...new Set([...Object.keys(older.metadata), ...Object.keys(newer.metadata)])];
  const metadata = keys.map((key) => ({
    what: key,
    before: key in older.metadata ? show(older.metadata[key]) : null,
    after: key in newer.metadata ? show(newer.metadata[key]) : null,
  }));
  const place = {
    what: 'archived',
    before: older.archived ? 'yes' : 'no',
    after: newer.archived ? 'yes' : 'no',
  };
  const all = [...texts, ...tags, ...metadata, place].filter(({ before, after }) => before !== after);
  const isReordered = all.length === 0 && older.tags.join('\n') !== newer.tags.join('\n');
  return isReordered
    ? [{ what: 'order of tags', before: older.tags.join(', '), after: newer.tags.join(', ') }]
    : all;
}

/** The value of a field as text. */
export function textOf(value: string | string[] | Record<string, unknown> | null): string {
  if (value === null || typeof value === 'string') return value ?? '';
  if (Array.isArray(value)) return value.join(', ');
  return Object.entries(value)
    .map(([key, one]) => `${key}: ${show(one)}`)
    .join('\n');
}
