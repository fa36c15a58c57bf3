import { expect, test } from 'vitest';
import { linear, logarithmic } from './axis';

test('an axis has round numbers with the same decimals', () => {
  const scale = linear([11.132, 12.553], false);
  expect(scale.domain).toEqual([11.132, 12.553]);
  expect(scale.ticks.map(scale.told)).toEqual(['11.5', '12.0', '12.5']);
  const wide = linear([-1.1517, -1.1305], true);
  expect(wide.ticks.map(wide.told)).toEqual(['−1.155', '−1.150', '−1.145', '−1.140', '−1.135', '−1.130']);
});

test('values that are all the same have an axis around them', () => {
  const { domain, ticks } = linear([752.7, 752.7], true);
  expect(domain[0]).toBeLessThan(752.7);
  expect(domain[1]).toBeGreaterThan(752.7);
  expect(ticks.length).toBeGreaterThan(2);
});

test('orders of magnitude are told as powers of ten', () => {
  const scale = logarithmic([2e-10, 0.06]);
  expect(scale.ticks.map(scale.told)).toEqual(['10⁻¹⁰', '10⁻⁸', '10⁻⁶', '10⁻⁴', '10⁻²']);
});
