/** Files of several structures as files of one each, which is what the API reads. */

/** The structures in a file; a file of one, or of a kind that is not split here, stays as it is. */
export async function splitFile(file: File): Promise<File[]> {
  const ending = file.name.slice(file.name.lastIndexOf('.') + 1).toLowerCase();
  const split = { cif: splitCif, xyz: splitXyz, extxyz: splitXyz }[ending];
  if (split === undefined) return [file];
  const parts = split(await file.text());
  if (parts.length < 2) return [file];
  const base = file.name.slice(0, -ending.length - 1);
  return parts.map(
    ({ name, text }, at) => new File([text], `${base} ${name || at + 1}.${ending}`.slice(0, 200)),
  );
}

type Part = { name: string; text: string };

/** The data blocks of a CIF that have a cell. */
export function splitCif(text: string): Part[] {
  const blocks = text.split(/^(?=data_)/im).filter((block) => /^data_/i.test(block));
  return blocks
    .filter((block) => /^_cell[_.]length_a\s/im.test(block))
    .map((block) => ({ name: /^data_(\S*)/i.exec(block)?.[1] ?? '', text: block }));
}

/** The frames of an XYZ file: a count of atoms, a comment, and a line for each atom. */
export function splitXyz(text: string): Part[] {
  const lines = text.split(/\r?\n/);
  const parts: Part[] = [];
  for (let at = 0; at < lines.length;) {
    if (lines[at]?.trim() === '') {
      at += 1;
      continue;
    }
    const count = Number(lines[at]);
    // What is no frame is told by the API, which reads the whole file then.
    if (!Number.isInteger(count) || count < 1 || at + 2 + count > lines.length) return [];
    parts.push({ name: '', text: `${lines.slice(at, at + 2 + count).join('\n')}\n` });
    at += 2 + count;
  }
  return parts;
}
