/** Colours from dark blue over green to yellow that grow evenly lighter: matplotlib's viridis at nine places (CC0). */
const PLACES: [number, number, number][] = [
  [68, 1, 84],
  [71, 44, 122],
  [59, 81, 139],
  [44, 113, 142],
  [33, 144, 141],
  [39, 173, 129],
  [92, 200, 99],
  [170, 220, 50],
  [253, 231, 37],
];

/** The colour of a share from 0 to 1. */
export function colourOf(share: number): [number, number, number] {
  const place = Math.min(Math.max(share, 0), 1) * (PLACES.length - 1);
  const below = Math.min(Math.floor(place), PLACES.length - 2);
  const [from, to] = [PLACES[below], PLACES[below + 1]];
  const mix = (channel: 0 | 1 | 2) =>
    Math.round((from?.[channel] ?? 0) + (place - below) * ((to?.[channel] ?? 0) - (from?.[channel] ?? 0)));
  return [mix(0), mix(1), mix(2)];
}
