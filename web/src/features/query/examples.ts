const QUERIES: Record<string, object> = {
  'Newest structures': {
    vertices: [
      {
        type: 'core.structure',
        tag: 'structure',
        project: ['uuid', 'label', 'attributes.formula', 'ctime'],
      },
    ],
  },
  'Lowest energies': {
    vertices: [
      {
        type: 'core.dict',
        tag: 'results',
        filters: { 'attributes.energy.value': { '<': 0 } },
        project: ['uuid', 'attributes.energy.value', 'attributes.energy.unit', 'attributes.engine'],
      },
    ],
    order_by: [{ results: { 'attributes.energy.value': { order: 'asc', cast: 'f' } } }],
    limit: 100,
  },
  'Jobs that failed': {
    vertices: [
      {
        type: 'process.workflow.workchain',
        tag: 'job',
        filters: { 'attributes.process_state': 'finished', 'attributes.exit_status': { '>': 0 } },
        project: [
          'uuid',
          'label',
          'attributes.process_label',
          'attributes.exit_status',
          'attributes.exit_message',
        ],
      },
    ],
  },
  'From structure to results': {
    vertices: [
      { type: 'core.structure', tag: 'structure', project: ['uuid', 'attributes.formula'] },
      {
        type: 'process.workflow.workchain',
        tag: 'job',
        with_incoming: 'structure',
        project: ['uuid', 'attributes.process_label'],
      },
      {
        type: 'core.dict',
        tag: 'results',
        with_incoming: 'job',
        edge_tag: 'link',
        edge_project: ['label'],
        project: ['uuid', 'attributes.energy.value'],
      },
    ],
  },
  'Nodes of a group': {
    vertices: [
      { type: 'group', tag: 'group', project: ['label'] },
      { type: 'node', tag: 'node', with_group: 'group', project: ['uuid', 'node_type', 'label'] },
    ],
  },
  'How many nodes': {
    vertices: [
      { type: 'node', tag: 'node', project: [{ uuid: { func: 'count' } }, { ctime: { func: 'max' } }] },
    ],
  },
};

export type Named = { name: string; text: string };

/** Queries to start from. */
export const EXAMPLES: Named[] = Object.entries(QUERIES).map(([name, query]) => ({
  name,
  text: written(query),
}));

/** A query as a person would write it: short objects and lists on one line. */
export function written(value: unknown, indent = ''): string {
  const flat = JSON.stringify(value, null, 1).replace(/\n\s*/g, ' ');
  if (typeof value !== 'object' || value === null || (indent !== '' && flat.length + indent.length < 72))
    return flat;
  const inner = `${indent}  `;
  const [open, close] = Array.isArray(value) ? '[]' : '{}';
  const lines = Array.isArray(value)
    ? value.map((one) => inner + written(one, inner))
    : Object.entries(value).map(([key, one]) => `${inner}${JSON.stringify(key)}: ${written(one, inner)}`);
  return `${open}\n${lines.join(',\n')}\n${indent}${close}`;
}
