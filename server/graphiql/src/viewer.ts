/** Asks the server who the token stands for, and which purposes it allows. */
import { useEffect, useState } from 'react';
import { post, readAnswer } from './fetcher';
import type { Session } from './session';

/** A field that the server's own question leaves out is simply not shown. */
export interface Viewer {
  title?: string | null;
  role?: string | null;
  department?: string | null;
  purpose?: string | null;
  purposes?: string[] | null;
}

interface Found {
  viewer: Viewer | null;
  problem: string;
}

/** `known` is the last viewer that the server named: it outlives a purpose that is half typed or not allowed. */
export interface Identity extends Found {
  known: Viewer | null;
}

const NOBODY: Identity = { viewer: null, known: null, problem: '' };
const PAUSE = 250; // milliseconds without typing before the server is asked

async function fetchIdentity(endpoint: string, query: string, session: Session, signal: AbortSignal): Promise<Found> {
  const response = await post(endpoint, session, { query }, { signal });
  if (response.status === 401) return { viewer: null, problem: 'The server does not accept this token.' };
  const { data, errors } = await readAnswer(response);
  const viewer = (data as { viewer?: Viewer } | null | undefined)?.viewer ?? null;
  return { viewer, problem: errors?.[0]?.message ?? (viewer ? '' : 'The server does not say who this is.') };
}

export function useIdentity(endpoint: string, query: string, session: Session): Identity {
  const [identity, setIdentity] = useState(NOBODY);
  const { token, purpose } = session;
  useEffect(() => {
    if (!token) return setIdentity(NOBODY);
    const aborter = new AbortController();
    const ask = () =>
      fetchIdentity(endpoint, query, { token, purpose }, aborter.signal)
        .catch((error: Error) => ({ viewer: null, problem: error.message }))
        .then((found) => aborter.signal.aborted || setIdentity(({ known }) => ({ ...found, known: found.viewer ?? known })));
    const timer = setTimeout(ask, PAUSE);
    return () => {
      clearTimeout(timer);
      aborter.abort();
    };
  }, [endpoint, query, token, purpose]);
  return identity;
}
