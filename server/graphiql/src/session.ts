/** The token and the purpose that requests are sent with: held in memory, and nowhere else. */
export interface Session {
  token: string;
  purpose: string;
  /** When a token that we were given ends; nobody tells of one that was pasted. */
  endsAt?: number;
}

export const NO_SESSION: Session = { token: '', purpose: '' };

/** Reads `#token=...&purpose=...` and takes it out of the address bar and the history at once. */
export function takeSessionFromAddress(): Session {
  const given = new URLSearchParams(location.hash.slice(1));
  if (!given.has('token')) return NO_SESSION;
  history.replaceState(null, '', location.pathname + location.search);
  return { token: given.get('token') ?? '', purpose: given.get('purpose') ?? '' };
}

export function sessionHeaders({ token, purpose }: Session): Record<string, string> {
  const headers: Record<string, string> = {};
  if (token) headers['Authorization'] = `Bearer ${token}`;
  if (purpose) headers['Customer360-Purpose'] = purpose;
  return headers;
}
