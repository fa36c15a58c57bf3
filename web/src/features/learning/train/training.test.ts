import { expect, test } from 'vitest';
import { ApiError } from '@/shared/api/errors';
import { changed, errorsOf, parametersOf, settingsOfTraining, valueOf, wrongIn } from './training';

const KINDS = {
  pretrained: ['chgnet-0.3.0'],
  kinds: [
    {
      name: 'student',
      description: '',
      parameters: {
        properties: {
          blocks: { type: 'array', items: { type: 'string' }, default: ['mean'] },
          freedom: { type: 'number', default: 3 },
        },
      },
    },
  ],
  training: {
    properties: {
      task: { const: 'train', default: 'train', type: 'string' },
      model: { type: 'string', default: 'student' },
      parameters: { type: 'object', default: {} },
      pretrained: { type: 'string', default: 'chgnet-0.3.0' },
      split: { anyOf: [{ type: 'string' }, { type: 'null' }], default: null },
      test: { type: 'number', exclusiveMinimum: 0, exclusiveMaximum: 0.9, default: 0.2 },
    },
  },
};

test('settings come from the schema, with splits of the data set to choose', () => {
  const settings = settingsOfTraining(KINDS, ['matbench']);
  expect(settings.map(({ name, kind, choices }) => [name, kind, choices])).toEqual([
    ['pretrained', 'choice', ['chgnet-0.3.0']],
    ['split', 'choice', ['matbench']],
    ['test', 'number', []],
  ]);
  expect(settingsOfTraining(KINDS, [])[1]?.kind).toBe('text');
  expect(parametersOf(KINDS, 'student').map(({ name, kind }) => [name, kind])).toEqual([
    ['blocks', 'words'],
    ['freedom', 'number'],
  ]);
  expect(parametersOf(KINDS, 'unknown')).toEqual([]);
});

test('only what differs from the defaults is sent, and what is wrong is told', () => {
  const settings = settingsOfTraining(KINDS, []);
  const changes = { test: 0.2, split: 'time', gone: 1 };
  expect(changed(settings, changes)).toEqual({ split: 'time' });
  expect(wrongIn(settings, { test: 0.95 })).toEqual({ test: 'expected less than 0.9, got 0.95' });
  expect(wrongIn(settings, {})).toEqual({});
  expect(settings.map((one) => valueOf(one, changes))).toEqual(['chgnet-0.3.0', 'time', 0.2]);
});

test('answers are told at their fields', () => {
  const problem = { title: '', status: 422, request_id: '', type: '', errors: [] };
  const detail = 'parameters.freedom: expected more than 2; model student has blocks, freedom';
  expect(errorsOf(new ApiError({ ...problem, detail }))).toEqual({
    'parameters.freedom': 'expected more than 2; model student has blocks, freedom',
  });
  const errors = [{ where: 'body.settings.test', message: 'less', input: 1 }];
  expect(errorsOf(new ApiError({ ...problem, detail: '', errors }))).toEqual({ test: 'less' });
  expect(errorsOf(new Error('no'))).toEqual({});
});
