import { send } from '@/shared/api/client';
import { errorOf } from '@/shared/api/errors';
import type { components } from '@/shared/api/schema';
import type { ParsedStructure } from '../structure';

/** A file to upload; `index` chooses among several structures in it. */
export type Upload = { id: number; file: File; index: number | null };
export type Made = components['schemas']['MadeStructure'];
type Fields = { material_id?: string; name?: string };

/** What a file says; nothing is stored. */
export function parse(upload: Upload, signal: AbortSignal): Promise<ParsedStructure> {
  return post<ParsedStructure>('/api/structures/parse', upload, {}, signal);
}

/** Store the structure in a file. */
export function store(upload: Upload, fields: Fields): Promise<Made> {
  return post<Made>('/api/structures', upload, fields);
}

async function post<Answer>(
  path: string,
  { file, index }: Upload,
  fields: Fields,
  signal?: AbortSignal,
): Promise<Answer> {
  const form = new FormData();
  form.append('file', file);
  if (index !== null) form.append('index', String(index));
  for (const [name, value] of Object.entries(fields)) if (value) form.append(name, value);
  const answer = await send(new Request(path, { method: 'POST', body: form, signal }));
  if (!answer.ok) throw await errorOf(answer);
  return (await answer.json()) as Answer;
}
