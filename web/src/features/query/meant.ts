/** The words that the API thinks were meant: `did you mean 'a' or 'b'?` */
export function suggestions(message: string): string[] {
  const [, meant = ''] = /did you mean ((?:'[^']+'(?: or )?)+)/.exec(message) ?? [];
  return [...meant.matchAll(/'([^']+)'/g)].map(([, word = '']) => word);
}

/** The first thing that a message quotes: what was got. */
export function gotIn(message: string): string | undefined {
  return /'((?:[^'\\]|\\.)+)'/.exec(message.replace(/;.*$/s, ''))?.[1];
}

/** A query with the word that was meant in the place of the one that was got. */
export function withWord(text: string, message: string, word: string): string {
  const got = gotIn(message);
  return got === undefined ? text : text.replace(JSON.stringify(got), () => JSON.stringify(word));
}
