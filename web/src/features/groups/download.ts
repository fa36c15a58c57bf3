import { send } from '@/shared/api/client';
import { errorOf, UnreachableError } from '@/shared/api/errors';

/** Load the archive of groups or nodes, telling how many bytes have come. */
export async function loadArchive(
  what: { groups: string[] } | { nodes: string[] },
  onBytes: (loaded: number) => void,
): Promise<Blob> {
  const answer = await send(
    new Request('/api/archives/export', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(what),
    }),
  );
  if (!answer.ok || answer.body === null) throw await errorOf(answer);
  const parts: BlobPart[] = [];
  let loaded = 0;
  const reader = answer.body.getReader();
  try {
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      parts.push(part.value);
      loaded += part.value.length;
      onBytes(loaded);
    }
  } catch (error) {
    throw new UnreachableError(error);
  }
  return new Blob(parts, { type: 'application/zip' });
}

/** Give a file to the person, as a download. */
export function save(content: Blob, name: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(content);
  link.download = name;
  link.click();
  URL.revokeObjectURL(link.href);
}

/** `12.3 MB` */
export function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
