/** The names of the columns of a file of a data set, to offer them; nothing where they cannot be told. */
export function columnsOf(name: string, text: string): string[] {
  if (/\.csv$/i.test(name)) return fieldsOf(/^\uFEFF?(.*)$/m.exec(text)?.[1] ?? '');
  if (!/\.json$/i.test(name)) return [];
  try {
    return columnsOfJson(JSON.parse(text) as unknown);
  } catch {
    // The API says what is wrong with a file when it is uploaded.
    return [];
  }
}

function columnsOfJson(content: unknown): string[] {
  if (Array.isArray(content)) return isObject(content[0]) ? Object.keys(content[0]) : [];
  if (!isObject(content)) return [];
  if (Array.isArray(content.columns)) return content.columns.filter((one) => typeof one === 'string');
  const list = Object.values(content).find((one) => Array.isArray(one) && isObject(one[0]));
  return list === undefined ? [] : columnsOfJson(list);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The fields of a line of CSV. */
function fieldsOf(line: string): string[] {
  return [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,\r]*))/g)].map(
    ([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain ?? '',
  );
}
