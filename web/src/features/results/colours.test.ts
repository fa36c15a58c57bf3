import { describe, expect, it } from 'vitest';
import { colourOf } from './colours';

/** Relative luminance, as WCAG 2 has it, without its gamma: enough to compare. */
const lightness = ([red, green, blue]: [number, number, number]) => 0.21 * red + 0.72 * green + 0.07 * blue;

describe('colourOf', () => {
  it('grows lighter from the least to the most', () => {
    const shades = Array.from({ length: 101 }, (_, at) => lightness(colourOf(at / 100)));
    expect(shades).toEqual(shades.toSorted((a, b) => a - b));
  });

  it('keeps to its ends', () => {
    expect(colourOf(-1)).toEqual([68, 1, 84]);
    expect(colourOf(2)).toEqual([253, 231, 37]);
  });
});
