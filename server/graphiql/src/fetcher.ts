/** Sends operations to the server with the session's headers, and reports every answer. */
import type { Fetcher, FetcherOpts, FetcherParams } from '@graphiql/toolkit';
import { getOperationAST, type DocumentNode, type ExecutionResult } from 'graphql';
import { answersFrom } from './events';
import { sessionHeaders, type Session } from './session';

const ANSWER = 'application/graphql-response+json, application/json;q=0.9';
const EVENTS = 'text/event-stream';

export const HINT = 'Sign in or paste a token first: `customer360 token --role service_agent --purpose care` prints one.';

/** Told of every answer, and of every 401 before that. */
export interface Listener {
  onAnswer: (answer: ExecutionResult) => void;
  onRefused: (response: Response) => void;
}

function isSubscription(document: DocumentNode | undefined, operationName: string | null | undefined): boolean {
  return document !== undefined && getOperationAST(document, operationName)?.operation === 'subscription';
}

export async function post(endpoint: string, session: Session, params: FetcherParams, init: RequestInit = {}): Promise<Response> {
  const headers = { 'Content-Type': 'application/json', Accept: ANSWER, ...sessionHeaders(session), ...init.headers };
  const { query, variables, operationName } = params;
  const body = JSON.stringify({ query, variables, operationName: operationName ?? undefined });
  return fetch(endpoint, { ...init, method: 'POST', headers, body, credentials: 'omit', cache: 'no-store' });
}

export async function readAnswer(response: Response): Promise<ExecutionResult> {
  const text = await response.text();
  try {
    return JSON.parse(text);
  } catch {
    throw new Error(`The server answered ${response.status} ${response.statusText}`.trim());
  }
}

export function createFetcher(endpoint: string, session: () => Session, listener: Listener): Fetcher {
  return async (params: FetcherParams, options?: FetcherOpts) => {
    if (!session().token) throw new Error(HINT);
    const events = isSubscription(options?.documentAST, params.operationName);
    const headers = { ...(events && { Accept: EVENTS }), ...options?.headers };
    const response = await post(endpoint, session(), params, { headers });
    const isStream = response.headers.get('Content-Type')?.startsWith(EVENTS);
    if (isStream && response.body) return answersFrom(response.body, listener.onAnswer);
    if (response.status === 401) listener.onRefused(response);
    const answer = await readAnswer(response);
    listener.onAnswer(answer);
    return answer;
  };
}
