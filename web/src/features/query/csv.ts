import { columnsOf, type Row } from './rows';

/** Rows as CSV (RFC 4180); a text that a spreadsheet would run as a formula begins with an apostrophe. */
export function asCsv(rows: Row[]): string {
  const columns = columnsOf(rows);
  const header = columns.map(({ tag, key }) => cell(`${tag}.${key}`));
  const lines = rows.map((row) => columns.map(({ tag, key }) => cell(row[tag]?.[key])));
  return [header, ...lines].map((line) => `${line.join(',')}\r\n`).join('');
}

/** A value as a field of CSV. */
export function cell(value: unknown): string {
  if (value === null || value === undefined) return '';
  const text = typeof value === 'string' ? value.replace(/^(?=[=+\-@\t\r])/, "'") : JSON.stringify(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
