/** Metadata as lines of a form: each a name and a value; what is no JSON is text. */
export type Line = { key: string; value: string };

export function linesOf(metadata: Record<string, unknown>): Line[] {
  return Object.entries(metadata).map(([key, value]) => ({ key, value: show(value) }));
}

/** `5` is a number, `"5"` is text, `hello` is text. */
export function show(value: unknown): string {
  return typeof value === 'string' && typeof read(value) === 'string' && read(value) === value
    ? value
    : JSON.stringify(value);
}

function read(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

export function metadataOf(lines: Line[]): Record<string, unknown> {
  return Object.fromEntries(
    lines.filter(({ key }) => key.trim() !== '').map(({ key, value }) => [key.trim(), read(value)]),
  );
}

/** What is wrong with lines, before anybody else looks at them. */
export function wrongWith(lines: Line[]): string | undefined {
  const keys = lines.map(({ key }) => key.trim()).filter(Boolean);
  const twice = keys.find((key, at) => keys.indexOf(key) !== at);
  if (twice !== undefined) return `“${twice}” is there twice`;
  const nameless = lines.find(({ key, value }) => key.trim() === '' && value.trim() !== '');
  return nameless && `“${nameless.value}” has no name`;
}
