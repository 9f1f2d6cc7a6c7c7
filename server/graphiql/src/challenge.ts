/** What a 401 asks for: another token, or (RFC 9470) a sign-in that is more recent or stronger. */

/** In the words of an authorization request. */
export interface Needed {
  max_age?: string;
  acr_values?: string;
}

export function stepUpIn(response: Response): Needed | null {
  const challenge = response.headers.get('WWW-Authenticate') ?? '';
  if (response.status !== 401 || !challenge.includes('error="insufficient_user_authentication"')) return null;
  const [, max_age] = /max_age="(\d+)"/.exec(challenge) ?? [];
  const [, acr_values] = /acr_values="([^"]+)"/.exec(challenge) ?? [];
  return { max_age, acr_values };
}
