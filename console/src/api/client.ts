import { type Query, searchOf } from './query.ts';
import { signOut } from './session.ts';
import type { Problem } from './types.ts';

/** An answer that is no success: a problem of the API, or no answer at all (status 0). */
export class ApiError extends Error {
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(problem.detail);
    this.name = 'ApiError';
    this.problem = problem;
  }

  get status(): number {
    return this.problem.status;
  }
}

/** Asks the API of this origin, and throws {@link ApiError}. */
export async function ask<T>(token: string, path: string, query: Query, signal?: AbortSignal): Promise<T> {
  const answer = await send(token, path, query, 'application/json', signal);
  return (await answer.json()) as T;
}

/** The same as CSV, whole. */
export async function askCsv(token: string, path: string, query: Query): Promise<Blob> {
  const { limit: _, cursor: __, ...all } = query;
  return (await send(token, path, all, 'text/csv')).blob();
}

async function send(token: string, path: string, query: Query, accept: string, signal?: AbortSignal) {
  let answer: Response;
  try {
    answer = await fetch(path + searchOf(query), {
      headers: { Authorization: `Bearer ${token}`, Accept: accept },
      credentials: 'omit',
      ...(signal ? { signal } : {}),
    });
  } catch (e) {
    if (e instanceof DOMException && e.name === 'AbortError') {
      throw e;
    }
    throw new ApiError(unreachable());
  }
  if (!answer.ok) {
    const problem = await problemOf(answer);
    if (problem.status === 401) {
      signOut(token);
    }
    throw new ApiError(problem);
  }
  return answer;
}

async function problemOf(answer: Response): Promise<Problem> {
  if (answer.headers.get('Content-Type')?.startsWith('application/problem+json')) {
    try {
      return (await answer.json()) as Problem;
    } catch {
      // It broke off: what the status says remains.
    }
  }
  return {
    type: 'about:blank',
    title: `The server answered ${answer.status}`,
    status: answer.status,
    detail: 'It did not say why. A proxy in front of the API may have answered.',
    request_id: answer.headers.get('X-Request-Id') ?? '',
  };
}

function unreachable(): Problem {
  return {
    type: 'about:blank',
    title: 'The API does not answer',
    status: 0,
    detail: 'It was stopped, or the network is down. Try again; /health/ready says when it serves.',
    request_id: '',
  };
}
