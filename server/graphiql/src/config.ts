/** What the server tells the page, in data- attributes: there is no inline script to put it in. */
export interface Config {
  endpoint: string;
  query: string;
  variables: string;
  viewerQuery: string;
  signIn: SignInConfig | null;
}

/** The authorization server that people sign in at, and what this page is called there. */
export interface SignInConfig {
  issuer: string;
  /** Whether its answers name it (RFC 9207). */
  namesItself: boolean;
  authorizationEndpoint: string;
  tokenEndpoint: string;
  clientId: string;
  redirectUri: string;
  resource: string;
  scope: string;
}

export function readConfig(element: HTMLElement): Config {
  const { endpoint = '/graphql', query = '', variables = '{}', viewer = '', signIn = 'null' } = element.dataset;
  return {
    endpoint,
    query,
    variables: JSON.stringify(JSON.parse(variables), null, 2),
    viewerQuery: viewer,
    signIn: JSON.parse(signIn),
  };
}
