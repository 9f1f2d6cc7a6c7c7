// Hive Gateway in front of the subgraphs. It plans and joins; who may see what, each subgraph decides by itself.
import { defineConfig } from '@graphql-hive/gateway'
import { nodesAreThere } from './nodes.mjs'
import { speaksAsTheWholeGraph } from './privacy.mjs'

// A subgraph gives up on a department after CUSTOMER360_DEADLINE_MS; the gateway waits a little longer for its answer.
const upstream = Number(process.env.UPSTREAM_TIMEOUT_MS ?? 3000)

export const gatewayConfig = defineConfig({
  supergraph: process.env.SUPERGRAPH ?? './supergraph.graphql',
  host: process.env.HOST ?? '127.0.0.1',
  port: Number(process.env.PORT ?? 4000),
  propagateHeaders: {
    // Token, purpose and trace of the request: without a token a subgraph refuses it.
    fromClientToSubgraphs({ request }) {
      const names = ['authorization', 'customer360-purpose', 'customer360-dry-run', 'traceparent']
      return Object.fromEntries(names.flatMap((name) => (request.headers.has(name) ? [[name, request.headers.get(name)]] : [])))
    },
  },
  plugins: () => [nodesAreThere, speaksAsTheWholeGraph],
  subgraphErrors: false,
  // Answers are personal and recorded one by one, so identical requests must not share one.
  transportEntries: { '*.http': { options: { deduplicateInflightRequests: false } } },
  upstreamTimeout: upstream,
  requestDeadline: 3 * upstream,
  // Clients that leave take their requests to the subgraphs with them.
  executionCancellation: true,
  upstreamCancellation: true,
  // Several operations in one request would be several purposes in one record.
  batching: false,
  logging: process.env.LOG_LEVEL ?? 'warn',
  // Page and playground load scripts from elsewhere.
  landingPage: false,
  graphiql: false,
})
