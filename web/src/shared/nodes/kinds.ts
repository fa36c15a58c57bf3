import {
  Atom,
  Binary,
  Boxes,
  Braces,
  GraduationCap,
  ChartLine,
  Cog,
  Cpu,
  Database,
  FileBox,
  FolderOpen,
  Gem,
  Hash,
  type LucideIcon,
  ListTree,
  Quote,
  SlidersHorizontal,
  SquareFunction,
  Workflow,
} from 'lucide-react';

export type NodeKind = { word: string; icon: LucideIcon };

/** Types of AiiDA by the beginning of their name; the first that fits says what a node is called here. */
const KINDS: [string, NodeKind][] = [
  ['data.nanoos.material', { word: 'Material', icon: Gem }],
  ['data.nanoos.model', { word: 'Model', icon: GraduationCap }],
  ['data.nanoos.dataset', { word: 'Data set', icon: Database }],
  ['data.nanoos.template', { word: 'Template', icon: SlidersHorizontal }],
  ['data.core.structure', { word: 'Structure', icon: Atom }],
  ['data.core.array.trajectory', { word: 'Trajectory', icon: ChartLine }],
  ['data.core.array.bands', { word: 'Bands', icon: ChartLine }],
  ['data.core.array.kpoints', { word: 'k-points', icon: Hash }],
  ['data.core.array', { word: 'Array', icon: ChartLine }],
  ['data.core.dict', { word: 'Dictionary', icon: Braces }],
  ['data.core.list', { word: 'List', icon: ListTree }],
  ['data.core.int', { word: 'Integer', icon: Hash }],
  ['data.core.float', { word: 'Number', icon: Hash }],
  ['data.core.bool', { word: 'Boolean', icon: Binary }],
  ['data.core.str', { word: 'Text', icon: Quote }],
  ['data.core.remote', { word: 'Remote folder', icon: FolderOpen }],
  ['data.core.folder', { word: 'Folder', icon: FolderOpen }],
  ['data.core.singlefile', { word: 'File', icon: FileBox }],
  ['data.core.code', { word: 'Code', icon: Cpu }],
  ['data.pseudo', { word: 'Pseudopotential', icon: Atom }],
  ['process.workflow.workchain', { word: 'Workflow', icon: Workflow }],
  ['process.workflow', { word: 'Workflow', icon: Workflow }],
  ['process.calculation.calcjob', { word: 'Calculation', icon: Cog }],
  ['process.calculation', { word: 'Function', icon: SquareFunction }],
];

/** What a node of a type is called, and its icon. */
export function kindOf(nodeType: string): NodeKind {
  const found = KINDS.find(([beginning]) => nodeType.startsWith(beginning));
  return found?.[1] ?? { word: nodeType.split('.').filter(Boolean).at(-1) ?? nodeType, icon: Boxes };
}

type Addressed = { uuid: string; node_type: string; attributes?: Record<string, unknown> };

/** The page of a node: its own where its type has one, else its place in the provenance graph. */
export function addressOfNode({ uuid, node_type, attributes }: Addressed): string {
  const material = attributes?.material_id;
  if (node_type.startsWith('data.nanoos.material') && typeof material === 'string')
    return `/materials/${material}`;
  if (node_type.startsWith('data.nanoos.model.')) return `/ml/models/${uuid}`;
  if (node_type.startsWith('data.nanoos.dataset.')) return `/ml/datasets/${uuid}`;
  if (node_type.startsWith('data.core.structure')) return `/structures/${uuid}`;
  if (node_type.startsWith('process.workflow')) return `/jobs/${uuid}`;
  return `/graph/${uuid}`;
}
