import { expect, test } from 'vitest';
import { errorCurve, verdictOf } from './verdict';

test('a difference within two of its errors is none', () => {
  expect(verdictOf(-0.021, 0.01)).toBe('better');
  expect(verdictOf(0.021, 0.01)).toBe('worse');
  expect(verdictOf(-0.019, 0.01)).toBe('same');
  expect(verdictOf(0, 0)).toBe('same');
  expect(verdictOf(1, 0)).toBe('worse');
});

test('the curve of errors goes from the least to the greatest', () => {
  const { x, y } = errorCurve('a', [1, 5, -3], [1, 3, 0]);
  expect([x[0], x[10], x[20]]).toEqual([0, 50, 100]);
  expect([y[0], y[10], y[20]]).toEqual([0, 2, 3]);
});
