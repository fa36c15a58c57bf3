import type { components } from '@/shared/api/schema';
import type { Path } from './document';

export type Vocabulary = components['schemas']['Vocabulary'];
export type Word = { label: string; detail?: string };
export type Vertex = { type: string; tag: string };

const words = (labels: string[], detail?: string): Word[] => labels.map((label) => ({ label, detail }));

/** The entity that a type is of. */
export function entityOf(type: string, known: Vocabulary): string {
  if (known.entities.includes(type)) return type;
  return type.startsWith('group.') ? 'group' : 'node';
}

/** What may stand at a place of a query in the readable form: its keys, or its values. */
export function wordsAt(path: Path, isKey: boolean, vertices: Vertex[], known: Vocabulary): Word[] {
  const [first, index, part, ...rest] = path;
  if (path.length === 0 && isKey)
    return [...words(known.keys, 'key'), { label: 'path', detail: 'as_dict()' }];
  if (first === 'order_by') return orders(path.slice(1), isKey, vertices, known);
  if (first === 'distinct') return words(['true', 'false']);
  if (first !== 'vertices' || typeof index !== 'number') return [];
  const vertex = vertices[index] ?? { type: '', tag: '' };
  const entity = entityOf(vertex.type, known);
  if (part === undefined)
    return isKey ? [...words(known.vertex_keys, 'key'), ...(index > 0 ? joins(entity, known) : [])] : [];
  if (part === 'type') return types(known);
  if (part === 'filters') return filters(rest, isKey, entity, vertex.type, known);
  if (part === 'edge_filters') return filters(rest, isKey, 'link', '', known);
  if (part === 'project') return projections(rest, isKey, entity, vertex.type, known);
  if (part === 'edge_project') return projections(rest, isKey, 'link', '', known);
  if (typeof part === 'string' && part.startsWith('with_') && !isKey)
    return vertices.slice(0, index).map(({ tag, type }) => ({ label: tag, detail: type || 'node' }));
  return [];
}

function joins(entity: string, known: Vocabulary): Word[] {
  return Object.entries(known.joins[entity] ?? {}).map(([label, other]) => ({
    label,
    detail: `tag of a ${other}`,
  }));
}

function types(known: Vocabulary): Word[] {
  return [
    ...words(known.entities, 'entity'),
    ...known.types.map(({ type, of }) => ({ label: type, detail: of })),
  ];
}

function columns(entity: string, type: string, known: Vocabulary): Word[] {
  const own = Object.entries(known.columns[entity] ?? {}).map(([label, detail]) => ({ label, detail }));
  return entity === 'node' ? [...declared(type, known), ...own] : own;
}

/** The attributes that nodes of a type have for sure; of nodes of any type, those of all. */
function declared(type: string, known: Vocabulary): Word[] {
  const of = known.types.find((one) => one.type === type)?.of;
  const isProcess = type.startsWith('process') || of === 'workflow' || of === 'calculation';
  const begin = isProcess ? 'process.' : `data.${type}.`;
  const isAny = type === '' || type === 'node';
  const found = Object.entries(known.declared).filter(([prefix]) => isAny || begin.startsWith(prefix));
  const names = new Set(found.flatMap(([, attributes]) => attributes.map((one) => `attributes.${one}`)));
  return words([...names], 'indexed');
}

function filters(path: Path, isKey: boolean, entity: string, type: string, known: Vocabulary): Word[] {
  // Below `and` and `or`, and in their lists, filters are as at the top.
  const rest = path.filter((part) => typeof part !== 'number' && !known.logical.includes(part));
  const [column, operator] = rest;
  if (column === undefined)
    return isKey ? [...columns(entity, type, known), ...words(known.logical, 'of conditions')] : [];
  const kind = known.columns[entity]?.[String(column).split('.')[0] ?? ''];
  if (operator === undefined && isKey) return words(known.operators[kind ?? ''] ?? [], 'operator');
  return operator === 'of_type' ? words(known.json_types) : [];
}

function projections(path: Path, isKey: boolean, entity: string, type: string, known: Vocabulary): Word[] {
  const [, column, option] = typeof path[0] === 'number' ? path : [0, ...path];
  if (column === undefined) return [...columns(entity, type, known), { label: '*', detail: 'all columns' }];
  if (option === undefined) return isKey ? words(['func', 'cast', 'as'], 'option') : [];
  if (option === 'func') return words(known.functions);
  return option === 'cast' ? words(known.casts) : [];
}

function orders(path: Path, isKey: boolean, vertices: Vertex[], known: Vocabulary): Word[] {
  const [tag, column, option] = path.filter((part) => typeof part === 'string');
  if (tag === undefined) return isKey ? vertices.map((one) => ({ label: one.tag, detail: one.type })) : [];
  const vertex = vertices.find((one) => one.tag === tag);
  if (column === undefined && vertex) return columns(entityOf(vertex.type, known), vertex.type, known);
  if (option === undefined) return words(isKey ? ['order', 'cast'] : ['asc', 'desc']);
  return words(option === 'cast' ? known.casts : ['asc', 'desc']);
}
