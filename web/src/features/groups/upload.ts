import { accessToken, refresh } from '@/shared/api/access';
import { noteUnreachable } from '@/shared/api/connection';
import { errorOf, UnreachableError } from '@/shared/api/errors';
import type { components } from '@/shared/api/schema';

export type Imported = components['schemas']['ImportedArchive'];

/** Send an archive, telling how much of it [0..1] has arrived; `fetch` does not tell that. */
export async function sendArchive(file: File, onSent: (part: number) => void): Promise<Imported> {
  // An upload is not sent twice for a token that has expired meanwhile.
  await refresh();
  const answer = await post(file, onSent);
  if (!answer.ok) throw await errorOf(answer);
  return (await answer.json()) as Imported;
}

function post(file: File, onSent: (part: number) => void): Promise<Response> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open('POST', '/api/archives/import');
    request.setRequestHeader('Authorization', `Bearer ${accessToken() ?? ''}`);
    request.upload.onprogress = ({ loaded, total }) => onSent(total > 0 ? loaded / total : 1);
    request.onload = () => resolve(new Response(request.responseText, { status: request.status }));
    request.onerror = () => {
      noteUnreachable();
      reject(new UnreachableError());
    };
    const form = new FormData();
    form.set('file', file);
    request.send(form);
  });
}
