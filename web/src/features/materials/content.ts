import type { components } from '@/shared/api/schema';

/** What people write into a material; a revision changes it. */
export type Content = Pick<
  components['schemas']['WholeRevision'],
  'name' | 'formula' | 'description' | 'tags' | 'metadata'
>;
export type Field = keyof Content;

export const FIELDS: Field[] = ['name', 'formula', 'description', 'tags', 'metadata'];
export const NOTHING: Content = { name: '', formula: null, description: '', tags: [], metadata: {} };

export function contentOf(material: Content): Content {
  const { name, formula, description, tags, metadata } = material;
  return { name, formula, description, tags, metadata };
}

/** The fields in which two differ. */
export function differences(one: Content, other: Content): Field[] {
  return FIELDS.filter((field) => canonical(one[field]) !== canonical(other[field]));
}

/** What one has changed since `base`, kept upon what others have made of it meanwhile. */
export function merge(base: Content, mine: Content, theirs: Content): Content {
  return { ...theirs, ...pick(mine, differences(base, mine)) };
}

/** The fields that both have changed since `base`, each in another way. */
export function conflicts(base: Content, mine: Content, theirs: Content): Field[] {
  const changed = differences(base, theirs);
  const apart = differences(mine, theirs);
  return differences(base, mine).filter((field) => changed.includes(field) && apart.includes(field));
}

export function pick(content: Content, fields: Field[]): Partial<Content> {
  return Object.fromEntries(fields.map((field) => [field, content[field]]));
}

/** A value as text, whatever the order of its keys. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}
