import { expect, test } from 'vitest';
import { columnsOf } from './fileColumns';

test('columns are read of each format', () => {
  expect(columnsOf('a.csv', '\uFEFFid,"heat, all",cif\r\n1,2,"data_\n"')).toEqual(['id', 'heat, all', 'cif']);
  expect(columnsOf('a.json', '[{"structure": {}, "K": 1}]')).toEqual(['structure', 'K']);
  expect(columnsOf('a.json', '{"columns": ["structure", "gap"], "data": []}')).toEqual(['structure', 'gap']);
});

test('what is no file of these offers nothing', () => {
  expect(columnsOf('a.json', '{"columns": ')).toEqual([]);
  expect(columnsOf('a.json', '[1, 2]')).toEqual([]);
  expect(columnsOf('a.json.gz', '\x1f\x8b')).toEqual([]);
});
