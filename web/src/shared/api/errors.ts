import type { components } from './schema';

export type Problem = components['schemas']['Problem'];
export type Wrong = components['schemas']['Wrong'];

/** What the API answered when it could not do what was asked (problem details, RFC 9457). */
export class ApiError extends Error implements Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly request_id: string;
  readonly errors: Wrong[];

  constructor(problem: Problem) {
    super(problem.detail);
    this.name = 'ApiError';
    this.type = problem.type ?? 'about:blank';
    this.title = problem.title;
    this.status = problem.status;
    this.detail = problem.detail;
    this.request_id = problem.request_id;
    this.errors = problem.errors ?? [];
  }
}

/** No answer came: the API is down, too slow, or the network is. It goes on by itself when there is one again. */
export class UnreachableError extends Error {
  constructor(cause?: unknown) {
    super('NANO-OS does not answer. This page goes on by itself as soon as it does.', { cause });
    this.name = 'UnreachableError';
  }
}

function isProblem(body: unknown): body is Problem {
  return typeof body === 'object' && body !== null && 'detail' in body && 'request_id' in body;
}

/** The error that an answer stands for. */
export async function errorOf(answer: Response): Promise<ApiError | UnreachableError> {
  const body: unknown = await answer.json().catch(() => null);
  if (isProblem(body)) return new ApiError(body);
  // Not ours: a proxy answers for an API that is not there.
  if (answer.status >= 502 && answer.status <= 504) return new UnreachableError(`HTTP ${answer.status}`);
  return new ApiError({
    title: answer.statusText || 'Error',
    status: answer.status,
    detail: `The answer has the status ${answer.status} and no explanation.`,
    request_id: answer.headers.get('x-request-id') ?? '',
  });
}

/** The message of anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** What is wrong with each field of a form: by the name that the API gives it, or begins its message with. */
export function fieldErrors(error: unknown): Record<string, string> {
  if (!(error instanceof ApiError)) return {};
  if (error.errors.length === 0) return { [error.detail.split(/[ :]/, 1)[0] ?? '']: error.detail };
  return Object.fromEntries(error.errors.map((one) => [one.where.replace(/^body\./, ''), one.message]));
}
