/** What the server tells the page, in data- attributes: there is no inline script to put it in. */
export interface Config {
  endpoint: string;
  query: string;
  variables: string;
  viewerQuery: string;
}

export function readConfig(element: HTMLElement): Config {
  const { endpoint = '/graphql', query = '', variables = '{}', viewer = '' } = element.dataset;
  return { endpoint, query, variables: JSON.stringify(JSON.parse(variables), null, 2), viewerQuery: viewer };
}
