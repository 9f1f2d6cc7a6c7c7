/** One attempt to sign in: what proves, when somebody comes back, that it is the answer to what we asked. */
import type { SignInConfig } from './config';
import type { Needed } from './challenge';

export interface Attempt {
  state: string;
  verifier: string;
  challenge: string;
}

function encode(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes)).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

function random(): string {
  return encode(crypto.getRandomValues(new Uint8Array(32)));
}

/** Made before it is needed: hashing takes a turn, and browsers open windows only for the very click that asks. */
export async function prepareAttempt(): Promise<Attempt> {
  const verifier = random();
  const hash = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(verifier));
  return { state: random(), verifier, challenge: encode(new Uint8Array(hash)) };
}

/** The authorization request: code with PKCE, and for a step-up (RFC 9470) what the last sign-in lacked. */
export function addressOf(config: SignInConfig, attempt: Attempt, needed: Needed | null): string {
  const address = new URL(config.authorizationEndpoint);
  const asked = {
    response_type: 'code',
    client_id: config.clientId,
    redirect_uri: config.redirectUri,
    scope: config.scope,
    resource: config.resource,
    state: attempt.state,
    code_challenge: attempt.challenge,
    code_challenge_method: 'S256',
    ...needed,
  };
  for (const [name, value] of Object.entries(asked)) if (value) address.searchParams.set(name, value);
  return address.href;
}

/** The code of an answer to this attempt. Throws for an error, and for an answer that is not of this issuer. */
export function codeIn(answer: URLSearchParams, config: SignInConfig): string {
  checkIssuer(answer.getAll('iss'), config);
  const code = answer.get('code');
  if (code) return code;
  throw new Error(REASONS[answer.get('error') ?? ''] ?? 'The server could not sign you in. Try again.');
}

/** RFC 9207 section 2.4: an answer without `iss` is refused, unless the issuer is known to send none. */
function checkIssuer(named: string[], config: SignInConfig): void {
  if (named.length === 0 && config.namesItself) throw new Error('The answer does not name the server that it is from.');
  if (named.some((issuer) => issuer !== config.issuer)) throw new Error('The answer is of another server.');
}

const REASONS: Record<string, string> = {
  access_denied: 'Access was refused, so nobody is signed in.',
  unmet_authentication_requirements: 'This server cannot sign you in as strongly as that data asks.',
};

export interface Given {
  token: string;
  endsAt: number;
}

export async function redeem(config: SignInConfig, attempt: Attempt, code: string): Promise<Given> {
  const form = {
    grant_type: 'authorization_code',
    code,
    client_id: config.clientId,
    redirect_uri: config.redirectUri,
    code_verifier: attempt.verifier,
    resource: config.resource,
  };
  const asked = { method: 'POST', body: new URLSearchParams(form), credentials: 'omit', cache: 'no-store' } as const;
  const response = await fetch(config.tokenEndpoint, asked);
  if (!response.ok) throw new Error('The server gave no token for this sign-in. Try again.');
  const { access_token: token, expires_in: seconds = 600 } = await response.json();
  return { token, endsAt: Date.now() + seconds * 1000 };
}
