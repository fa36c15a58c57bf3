const UNITS = ['B', 'kB', 'MB', 'GB', 'TB'];

/** A size for people: `512 B`, `1.5 MB`. */
export function bytes(size: number): string {
  const power = size < 1000 ? 0 : Math.min(Math.floor(Math.log10(size) / 3), UNITS.length - 1);
  const value = size / 1000 ** power;
  return `${value >= 100 || power === 0 ? Math.round(value) : value.toPrecision(2)} ${UNITS[power] ?? ''}`;
}
