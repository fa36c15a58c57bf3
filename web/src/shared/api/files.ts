import { send } from './client';
import { errorOf } from './errors';

export type Part = { bytes: Uint8Array<ArrayBuffer>; begin: number; size: number };

/** The address of a file of a node. */
export function fileAddress(uuid: string, path: string): string {
  return `/api/nodes/${uuid}/files/${path.split('/').map(encodeURIComponent).join('/')}`;
}

/** A file of a node, or a part of it: `bytes=0-65535` is the beginning, `bytes=-65536` the end. */
export async function loadFile(
  uuid: string,
  path: string,
  range?: string,
  signal?: AbortSignal,
): Promise<Part> {
  const headers = range === undefined ? undefined : { Range: range };
  const answer = await send(new Request(fileAddress(uuid, path), { headers, signal }));
  // An empty file has no range.
  if (answer.status === 416) return { bytes: new Uint8Array(), begin: 0, size: 0 };
  if (!answer.ok) throw await errorOf(answer);
  const bytes = new Uint8Array(await answer.arrayBuffer());
  const [, begin, size] = /bytes (\d+)-\d+\/(\d+)/.exec(answer.headers.get('Content-Range') ?? '') ?? [];
  return { bytes, begin: Number(begin ?? 0), size: Number(size ?? bytes.length) };
}

/** Save what the API answers at an address as a file; a link could not show who asks. */
export async function download(address: string, name: string): Promise<void> {
  const answer = await send(new Request(address));
  if (!answer.ok) throw await errorOf(answer);
  save(await answer.blob(), name);
}

/** Save something that is here already as a file. */
export function save(content: Blob | string, name: string): void {
  const blob = typeof content === 'string' ? new Blob([content], { type: 'text/plain' }) : content;
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
