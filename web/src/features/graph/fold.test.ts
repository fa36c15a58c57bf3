import { expect, test } from 'vitest';
import { fold } from './fold';
import { merge, type ProvenanceLink, type ProvenanceNode } from './provenance';

function node(uuid: string, type: string, links: number): ProvenanceNode {
  const time = '2026-01-01T00:00:00Z';
  const none = { process_type: null, process_label: null, process_state: null, exit_status: null };
  return { uuid, node_type: type, label: uuid, ctime: time, mtime: time, owner: '', links, ...none };
}

const link = (source: string, target: string, type: ProvenanceLink['type'], label = 'x'): ProvenanceLink => ({
  source,
  target,
  type,
  label,
});

/** structure → job ⇢ relax ⇢ pw: pw makes raw, of which fit makes result, which the job returns. */
const graph = merge([
  {
    nodes: [
      node('structure', 'data.core.structure.StructureData.', 14),
      node('job', 'process.workflow.workchain.WorkChainNode.', 5),
      node('relax', 'process.workflow.workchain.WorkChainNode.', 3),
      node('pw', 'process.calculation.calcjob.CalcJobNode.', 3),
      node('raw', 'data.core.dict.Dict.', 2),
      node('fit', 'process.calculation.calcfunction.CalcFunctionNode.', 3),
      node('result', 'data.core.dict.Dict.', 3),
    ],
    edges: [
      link('structure', 'job', 'input_work'),
      link('structure', 'relax', 'input_work'),
      link('structure', 'pw', 'input_calc'),
      link('job', 'relax', 'call_work'),
      link('job', 'fit', 'call_calc'),
      link('relax', 'pw', 'call_calc'),
      link('pw', 'raw', 'create'),
      link('raw', 'fit', 'input_calc'),
      link('fit', 'result', 'create'),
      link('job', 'result', 'return'),
    ],
  },
]);

const names = (shown: ReturnType<typeof fold>) => shown.nodes.map((one) => one.node.uuid);
const lines = (shown: ReturnType<typeof fold>) => shown.links.map((one) => `${one.source} ${one.target}`);

test('a folded workflow stands between its inputs and what it returned', () => {
  const shown = fold(graph, new Set(), new Set());
  expect(names(shown)).toEqual(['structure', 'job', 'result']);
  expect(new Set(lines(shown))).toEqual(new Set(['structure job', 'job result']));
  const job = shown.nodes[1];
  expect([job?.called, job?.isFolded]).toEqual([3, true]);
  expect(shown.placeOf.get('raw')).toBe('job');
});

test('unfolded it shows what it called, and that its folded children', () => {
  const shown = fold(graph, new Set(['job']), new Set());
  expect(names(shown)).toEqual(['structure', 'job', 'relax', 'raw', 'fit', 'result']);
  // The structure was passed on by the job, which has it itself.
  expect(lines(shown)).not.toContain('structure relax');
  expect(lines(shown)).toContain('relax raw');
  expect(names(fold(graph, new Set(['job', 'relax']), new Set()))).toContain('pw');
});

test('data that are asked for are shown, whoever used them', () => {
  expect(names(fold(graph, new Set(), new Set(['raw'])))).toContain('raw');
});

test('links to what is not loaded are counted where their node is seen', () => {
  const [structure, job] = fold(graph, new Set(), new Set()).nodes;
  expect(structure?.hidden).toBe(11);
  expect(job?.hidden).toBe(1);
  expect(job?.behind).toEqual(['job']);
});
