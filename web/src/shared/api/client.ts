import createClient from 'openapi-fetch';
import createHooks from 'openapi-react-query';
import { accessToken, refresh } from './access';
import { GIVE_UP_AFTER, noteRequest, noteUnreachable } from './connection';
import { errorOf, UnreachableError } from './errors';
import type { paths } from './schema';

/** Ask with the access token; when it has expired, once more with a new one. */
export async function send(request: Request): Promise<Response> {
  const again = request.clone();
  const token = accessToken();
  const answer = await once(request, token);
  if (answer.status !== 401) return answer;
  const isNew = accessToken() !== token && accessToken() !== null;
  return isNew || (await refresh()) ? once(again, accessToken()) : answer;
}

async function once(request: Request, token: string | null): Promise<Response> {
  if (token !== null) request.headers.set('Authorization', `Bearer ${token}`);
  const answered = noteRequest();
  try {
    return await fetch(request, { signal: signalOf(request) });
  } catch (error) {
    if (request.signal.aborted) throw error;
    noteUnreachable();
    throw new UnreachableError(error);
  } finally {
    answered();
  }
}

function signalOf(request: Request): AbortSignal {
  if (request.method !== 'GET') return request.signal;
  return AbortSignal.any([request.signal, AbortSignal.timeout(GIVE_UP_AFTER)]);
}

/** The API by its OpenAPI document: `await client.GET('/api/jobs')`. What is no success throws an `ApiError`. */
export const client = createClient<paths>({ baseUrl: '', fetch: send });
client.use({
  async onResponse({ response }) {
    if (!response.ok) throw await errorOf(response);
  },
});

/** The same as hooks: `api.useQuery('get', '/api/jobs/{uuid}', { params: { path: { uuid } } })`. */
export const api = createHooks(client);
