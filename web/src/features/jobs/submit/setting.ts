/** What can be set of a job: inputs of its workflow and parameters of its engine, from their JSON Schemas. */

export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };
type Schema = {
  type?: string;
  enum?: string[];
  items?: Schema;
  anyOf?: Schema[];
  default?: Json;
  description?: string;
  unit?: string;
  title?: string;
  properties?: Record<string, Schema>;
  required?: string[];
  minimum?: number;
  exclusiveMinimum?: number;
  maximum?: number;
  exclusiveMaximum?: number;
  minItems?: number;
};

export type Setting = {
  name: string;
  title: string;
  help: string;
  unit: string;
  kind: 'number' | 'integer' | 'boolean' | 'choice' | 'list' | 'words' | 'object' | 'text';
  choices: string[];
  count?: number;
  /** undefined: there is none, and a value is needed. */
  default: Json | undefined;
  minimum?: number;
  above?: number;
  maximum?: number;
  below?: number;
  of: 'workflow' | 'engine';
  /** The tasks of an engine that it is for; none: all of them. */
  tasks: string[];
};

/** Inputs of every workflow that have a place of their own on the page. */
const SHARED = new Set(['structure', 'template', 'parameters', 'code', 'options', 'metadata']);
/** Inputs of AiiDA's own that are not for people. */
const HIDDEN = new Set(['handler_overrides', 'clean_workdir', 'on_unhandled_failure', 'pause_on_unhandled']);
const TASKS = ['static', 'relax', 'relax_cell', 'md', 'npt'];

/** The settings that a workflow has itself. */
export function settingsOfWorkflow(inputs: Schema): Setting[] {
  const required = new Set(inputs.required);
  return Object.entries(inputs.properties ?? {})
    .filter(([name]) => !SHARED.has(name) && !HIDDEN.has(name))
    .map(([name, schema]) => read(name, schema, 'workflow', required.has(name)));
}

/** The parameters of an engine. */
export function settingsOfEngine(parameters: Schema): Setting[] {
  const required = new Set(parameters.required);
  return Object.entries(parameters.properties ?? {}).map(([name, schema]) =>
    read(name, schema, 'engine', required.has(name)),
  );
}

function read(name: string, schema: Schema, of: Setting['of'], isRequired: boolean): Setting {
  const choices = schema.anyOf ?? [schema];
  const chosen = choices.find((one) => one.type !== 'null' && one.properties?.uuid === undefined) ?? schema;
  const { help, tasks } = helpOf(schema.description ?? '');
  return {
    name,
    title: titleOf(name),
    help,
    tasks,
    unit: schema.unit ?? unitOf(schema.description ?? ''),
    kind: kindOf(chosen),
    choices: chosen.enum ?? [],
    count: chosen.minItems,
    default: isRequired ? undefined : (schema.default ?? null),
    minimum: chosen.minimum,
    above: chosen.exclusiveMinimum,
    maximum: chosen.maximum,
    below: chosen.exclusiveMaximum,
    of,
  };
}

function kindOf(schema: Schema): Setting['kind'] {
  if (schema.enum !== undefined) return 'choice';
  switch (schema.type) {
    case 'number':
    case 'integer':
    case 'boolean':
    case 'object':
      return schema.type;
    case 'array':
      return schema.items?.type === 'string' ? 'words' : 'list';
    default:
      return 'text';
  }
}

function titleOf(name: string): string {
  const words = name.replaceAll('_', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** What a setting is, without the tasks it begins with and the unit it ends with. */
function helpOf(description: string): { help: string; tasks: string[] } {
  const [, beginning = '', rest = ''] = /^([a-z_, ]+): (.*)$/s.exec(description) ?? [];
  const words = beginning.split(/, | and /);
  const isOfTasks = beginning !== '' && words.some((word) => TASKS.includes(word)) && !rest.includes('; md');
  const text = (isOfTasks ? rest : description).replace(/ ?\[[^\]]*\]\.?$/, '');
  const help = text.charAt(0).toUpperCase() + text.slice(1);
  const tasks = isOfTasks ? words.map((word) => (word === 'npt' ? 'md' : word)) : [];
  return { help: help.replace(/\.$/, ''), tasks };
}

/** The unit that a description ends with: `longest time [s]`; a dash says that there is none. */
function unitOf(description: string): string {
  const unit = /\[([^\]]*)\]\.?$/.exec(description)?.[1] ?? '';
  return unit === '-' ? '' : unit;
}

/** What is wrong with a value; undefined when nothing is. */
export function wrongOf(setting: Setting, value: Json | undefined): string | undefined {
  if (value === undefined) return 'a value is needed: nothing sets it';
  if (value === null) return setting.default === null ? undefined : 'a value is needed';
  switch (setting.kind) {
    case 'number':
    case 'integer':
      return typeof value === 'number' ? wrongNumber(setting, value) : 'expected a number';
    case 'list':
      if (!Array.isArray(value)) return 'expected values separated by commas, as in 2, 2, 2';
      if (setting.count !== undefined && value.length !== setting.count) {
        return `expected ${setting.count} values, got ${value.length}`;
      }
      return undefined;
    case 'object':
      return typeof value === 'object' ? undefined : 'expected JSON, as in {"Fe": 4}';
    default:
      return undefined;
  }
}

function wrongNumber(setting: Setting, value: number): string | undefined {
  const { kind, minimum, above, maximum, below } = setting;
  if (kind === 'integer' && !Number.isInteger(value)) return `expected a whole number, got ${value}`;
  if (minimum !== undefined && value < minimum) return `expected ${minimum} or more, got ${value}`;
  if (above !== undefined && value <= above) return `expected more than ${above}, got ${value}`;
  if (maximum !== undefined && value > maximum) return `expected ${maximum} at most, got ${value}`;
  if (below !== undefined && value >= below) return `expected less than ${below}, got ${value}`;
  return undefined;
}

/** A value as people write it. */
export function toText(value: Json | undefined): string {
  if (value === null || value === undefined) return '';
  if (Array.isArray(value)) return value.map((one) => toText(one)).join(', ');
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/** What people wrote as a value; what cannot be read stays text, which `wrongOf` tells. */
export function fromText(kind: Setting['kind'], text: string): Json {
  if (text.trim() === '') return null;
  if (kind === 'words') return text.split(/[,\s]+/).filter(Boolean);
  if (kind === 'list') {
    const values = text
      .split(/[,\s]+/)
      .filter(Boolean)
      .map(Number);
    return values.some(Number.isNaN) ? text : values;
  }
  if (kind !== 'object') return text;
  try {
    return JSON.parse(text) as Json;
  } catch {
    return text;
  }
}
