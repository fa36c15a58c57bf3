import type { View } from '../structure';

/** How a structure is drawn. */
export type Style = 'balls' | 'space' | 'sticks';
export type Look = { style: Style; labels: boolean; cell: boolean; orthographic: boolean };

export const FIRST_LOOK: Look = { style: 'balls', labels: false, cell: true, orthographic: false };

/** Bonds of an atom, in the mean, from which sticks show nothing but themselves: close-packed metals. */
const MANY_BONDS = 6;

/** The style that shows most of a structure. */
export function firstStyle(view: View): Style {
  return (2 * view.bonds.length) / view.positions.length > MANY_BONDS ? 'space' : 'balls';
}

/** Atoms beyond which labels would hide the structure and take long to draw. */
export const MOST_LABELS = 400;

/** Colours of what is drawn beside the atoms, by the theme. */
export type Colours = { background: string; text: string; line: string; accent: string };

/** The colours of the theme that is shown now, in the form that WebGL takes. */
export function coloursOfTheme(): Colours {
  const style = getComputedStyle(document.documentElement);
  const hex = (name: string) => hexOf(style.getPropertyValue(name));
  return {
    background: hex('--surface'),
    text: hex('--text'),
    line: hex('--line-strong'),
    accent: hex('--accent'),
  };
}

/** Any colour of CSS as `#rrggbb`. */
function hexOf(colour: string): string {
  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = 1;
  const context = canvas.getContext('2d', { willReadFrequently: true });
  if (!context) return '#808080';
  context.fillStyle = colour;
  context.fillRect(0, 0, 1, 1);
  const [red = 0, green = 0, blue = 0] = context.getImageData(0, 0, 1, 1).data;
  return `#${[red, green, blue].map((value) => value.toString(16).padStart(2, '0')).join('')}`;
}
