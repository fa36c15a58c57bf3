import { expect, test } from 'vitest';
import { ApiError } from '@/shared/api/errors';
import { fromText, settingsOfEngine, settingsOfWorkflow, wrongOf } from './setting';
import { defaultOf, matters, protocolOf, settingErrors, settingsToSend, withoutThoseOf } from './values';

const UUID = { type: 'object', properties: { uuid: { type: 'string' } } };
const WORKFLOW = settingsOfWorkflow({
  properties: {
    structure: UUID,
    points: {
      anyOf: [{ type: 'integer' }, UUID],
      default: 7,
      description: 'Number of volumes [-].',
      unit: '',
    },
    supercell: { anyOf: [{ type: 'array' }, UUID], description: 'Repetitions [-].', unit: '' },
  },
  required: ['structure'],
});
const ENGINE = settingsOfEngine({
  properties: {
    potential: { type: 'string', description: 'name of a file' },
    temperature: {
      type: 'number',
      default: 300,
      exclusiveMinimum: 0,
      unit: 'K',
      description: 'md: of the thermostat',
    },
    ecutwfc: {
      anyOf: [{ type: 'number', exclusiveMinimum: 0 }, { type: 'null' }],
      default: null,
      unit: 'Ry',
    },
  },
  required: ['potential'],
});
const [points, supercell] = WORKFLOW;
const [potential, temperature, ecutwfc] = ENGINE;
const FAST = { name: 'fast', description: '', inputs: { points: 5 }, parameters: { temperature: 100 } };
const PRECISE = { name: 'precise', description: '', inputs: { points: 11 }, parameters: {} };

function there<Value>(value: Value | undefined): Value {
  if (value === undefined) throw new Error('not there');
  return value;
}

test('settings are read from schemas, with help and units', () => {
  expect(WORKFLOW.map(({ name, kind, help }) => [name, kind, help])).toEqual([
    ['points', 'integer', 'Number of volumes'],
    ['supercell', 'list', 'Repetitions'],
  ]);
  expect(temperature).toMatchObject({
    kind: 'number',
    unit: 'K',
    above: 0,
    tasks: ['md'],
    help: 'Of the thermostat',
  });
  expect(ecutwfc).toMatchObject({ kind: 'number', default: null });
});

test('the template goes before the protocol, and that before the default', () => {
  expect(defaultOf(there(temperature), { temperature: 50 }, FAST)).toEqual({ value: 50, from: 'template' });
  expect(defaultOf(there(temperature), {}, FAST)).toEqual({ value: 100, from: 'protocol' });
  expect(defaultOf(there(temperature), {}, PRECISE)).toEqual({ value: 300, from: 'default' });
  expect(defaultOf(there(points), { points: 3 }, FAST)).toEqual({ value: 5, from: 'protocol' });
});

test('only what changes something is sent', () => {
  const defaults = Object.fromEntries(
    [...WORKFLOW, ...ENGINE].map((one) => [one.name, defaultOf(one, { potential: 'Cu' }, FAST)]),
  );
  const changes = { points: 5, temperature: 101, gone: 1 };
  expect(settingsToSend([...WORKFLOW, ...ENGINE], changes, defaults)).toEqual({ temperature: 101 });
  expect(withoutThoseOf(FAST, changes)).toEqual({ gone: 1 });
  expect(protocolOf([FAST, PRECISE], { points: 11 })).toBe(PRECISE);
  expect(protocolOf([FAST, PRECISE], {})).toBe(FAST);
});

test('values out of range, and none where one is needed, are told', () => {
  expect(wrongOf(there(temperature), 0)).toBe('expected more than 0, got 0');
  expect(wrongOf(there(points), 5.5)).toBe('expected a whole number, got 5.5');
  expect(wrongOf(there(points), null)).toBe('a value is needed');
  expect(wrongOf(there(ecutwfc), null)).toBeUndefined();
  expect(wrongOf(there(potential), undefined)).toContain('needed');
  expect(wrongOf(there(supercell), fromText('list', '2, 2 2'))).toBeUndefined();
  expect(wrongOf(there(supercell), fromText('list', 'two'))).toContain('separated by commas');
});

test('only what matters to the workflow is asked', () => {
  expect(matters(there(temperature), 'md', undefined)).toBe(true);
  expect(matters(there(temperature), 'eos', undefined)).toBe(false);
  expect(matters(there(temperature), 'simulation', 'md')).toBe(true);
  expect(matters(there(ecutwfc), 'eos', undefined)).toBe(true);
});

test('an answer is told at its settings', () => {
  const detail = 'parameters of engine mock: temperature: Input should be greater than 0 (got -1); steps: no';
  const problem = { title: '', status: 422, detail, request_id: '', type: '', errors: [] };
  expect(settingErrors(new ApiError(problem), ['temperature', 'steps', 'step'])).toEqual({
    temperature: 'Input should be greater than 0 (got -1)',
    steps: 'no',
  });
});

test('lists of words, units in descriptions and ends that are excluded are read', () => {
  const [blocks, part, time] = settingsOfEngine({
    properties: {
      blocks: { type: 'array', items: { type: 'string' }, default: ['mean'] },
      part: { type: 'number', exclusiveMaximum: 0.9, description: 'of the rows [-]' },
      time: { type: 'number', description: 'longest time [s]' },
    },
  });
  expect(fromText(there(blocks).kind, 'mean, descriptors')).toEqual(['mean', 'descriptors']);
  expect(wrongOf(there(part), 0.9)).toBe('expected less than 0.9, got 0.9');
  expect([there(part).unit, there(time).unit]).toEqual(['', 's']);
  expect(there(time).help).toBe('Longest time');
});
