import { expect, test } from 'vitest';
import type { ProvenanceLink } from './provenance';
import { lineage, step } from './walk';

const links = [
  ['a', 'b'],
  ['a', 'c'],
  ['b', 'd'],
  ['x', 'd'],
].map(([source = '', target = '']): ProvenanceLink => ({ source, target, type: 'create', label: '' }));
const places = new Map([
  ['a', { x: 0, y: 0 }],
  ['x', { x: 0, y: 90 }],
  ['b', { x: 200, y: -20 }],
  ['c', { x: 200, y: 40 }],
  ['d', { x: 400, y: 0 }],
]);

test('arrows move along links to the nearest node, and within a column', () => {
  expect(step('a', 'ArrowRight', places, links)).toBe('b');
  expect(step('d', 'ArrowLeft', places, links)).toBe('b');
  expect(step('b', 'ArrowDown', places, links)).toBe('c');
  expect(step('c', 'ArrowUp', places, links)).toBe('b');
  expect(step('a', 'ArrowLeft', places, links)).toBeUndefined();
  expect(step('a', 'Enter', places, links)).toBeUndefined();
});

test('a lineage has what a node came from and what came of it, and not what that came from besides', () => {
  expect(lineage('b', links)).toEqual(new Set(['a', 'b', 'd']));
});

test('a circle ends', () => {
  const circle = [...links, { ...links[0], source: 'd', target: 'a' } as ProvenanceLink];
  expect(lineage('b', circle).size).toBeGreaterThan(3);
});
