const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
/** What the API takes at once. */
export const MOST = 1000;

/** The UUIDs of a text, each once, and what is wrong with the first that is none: `{ uuids, error }`. */
export function readUuids(text: string): { uuids: string[]; error?: string } {
  const words = text.split(/[\s,;]+/).filter(Boolean);
  const wrong = words.find((word) => !UUID.test(word));
  if (wrong !== undefined) {
    const shown = wrong.length > 60 ? `${wrong.slice(0, 60)}…` : wrong;
    return { uuids: [], error: `“${shown}” is no UUID: 32 hexadecimal digits, in groups of 8-4-4-4-12.` };
  }
  const uuids = [...new Set(words.map((word) => word.toLowerCase()))];
  if (uuids.length > MOST)
    return { uuids: [], error: `${uuids.length} UUIDs: give ${MOST} at most at once.` };
  return { uuids };
}
