// Apollo's gateway over the supergraph in SUPERGRAPH, on PORT: what it needs of a server, and no more.
// FORWARDED names the headers that reach the subgraphs.
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { text } from 'node:stream/consumers'
import { ApolloGateway, RemoteGraphQLDataSource } from '@apollo/gateway'
import { parse } from 'graphql'

const FORWARDED = (process.env.FORWARDED ?? 'authorization,customer360-purpose,customer360-dry-run').split(',')

class Forwarding extends RemoteGraphQLDataSource {
  willSendRequest({ request, context }) {
    for (const name of FORWARDED) if (context.headers?.[name]) request.http.headers.set(name, context.headers[name])
  }
}

const gateway = new ApolloGateway({
  supergraphSdl: readFileSync(process.env.SUPERGRAPH, 'utf8'),
  buildService: ({ url }) => new Forwarding({ url }),
  logger: { debug() {}, info() {}, warn: console.error, error: console.error },
})
const { executor, schema } = await gateway.load()

async function answer(request) {
  const { query, variables = {}, operationName = null } = JSON.parse(await text(request))
  return executor({
    request: { query, variables, operationName },
    document: parse(query),
    operationName,
    queryHash: query,
    context: { headers: request.headers },
    metrics: {},
    schema,
  })
}

const server = createServer((request, response) => {
  const asked = request.method === 'POST' ? answer(request) : Promise.resolve({})
  asked
    .catch((error) => ({ errors: [{ message: String(error) }] }))
    .then((result) => {
      response.writeHead(200, { 'content-type': 'application/json' })
      response.end(JSON.stringify({ data: result.data, errors: result.errors, extensions: result.extensions }))
    })
})
server.listen(Number(process.env.PORT), '127.0.0.1', () => console.error(`Apollo's gateway answers at ${process.env.PORT}`))
