import { isProcess, isWorkflow, type ProvenanceLink } from './provenance';

export type Family = 'data' | 'calculation' | 'workflow';

export function familyOf(node: { node_type: string }): Family {
  if (!isProcess(node)) return 'data';
  return isWorkflow(node) ? 'workflow' : 'calculation';
}

export const FAMILIES: Record<
  Family,
  { word: string; stroke: string; fill: string; text: string; colour: string }
> = {
  data: {
    word: 'Data',
    stroke: 'stroke-kind-data',
    fill: 'fill-kind-data-soft',
    text: 'text-kind-data',
    colour: 'var(--kind-data)',
  },
  calculation: {
    word: 'Calculation',
    stroke: 'stroke-kind-calculation',
    fill: 'fill-kind-calculation-soft',
    text: 'text-kind-calculation',
    colour: 'var(--kind-calculation)',
  },
  workflow: {
    word: 'Workflow',
    stroke: 'stroke-kind-workflow',
    fill: 'fill-kind-workflow-soft',
    text: 'text-kind-workflow',
    colour: 'var(--kind-workflow)',
  },
};

/** The outline of a node: data are round, calculations have corners, workflows points. */
export function outlineOf(family: Family, width: number, height: number): string {
  const [w, h] = [width - 1, height - 1];
  if (family === 'calculation') return `M1 1H${w}V${h}H1Z`;
  if (family === 'workflow') {
    const tip = 14;
    return `M${tip} 1H${w - tip + 1}L${w} ${height / 2}L${w - tip + 1} ${h}H${tip}L1 ${height / 2}Z`;
  }
  const r = height / 2 - 1;
  return `M${r + 1} 1H${w - r}A${r} ${r} 0 0 1 ${w - r} ${h}H${r + 1}A${r} ${r} 0 0 1 ${r + 1} 1Z`;
}

export const WORDS_OF_LINKS: Record<ProvenanceLink['type'], string> = {
  input_calc: 'input',
  input_work: 'input',
  create: 'created',
  return: 'returned',
  call_calc: 'called',
  call_work: 'called',
};

/** Data flow is a whole line, a call dashed, what is returned dotted. */
export function dashOf(type: ProvenanceLink['type']): string | undefined {
  if (type.startsWith('call')) return '6 5';
  return type === 'return' ? '1.5 4' : undefined;
}
