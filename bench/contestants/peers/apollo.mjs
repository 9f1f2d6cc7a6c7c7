// Apollo Server with DataLoaders.
import { ApolloServer } from '@apollo/server';
import { startStandaloneServer } from '@apollo/server/standalone';
import { context, departments, nodes, port, queries, terms, total, typeDefs } from './common.mjs';

const resolvers = {
  Query: queries,
  Customer: {
    ...departments,
    preferredChannel: async ({ id }, _, { load }) => (await load('preferred', id))?.channel ?? null,
    emailAddresses: ({ id }, _, { load }) => load('emails', id),
    phoneNumbers: ({ id }, _, { load }) => load('phones', id),
    identifiers: ({ id }, _, { load }) => load('identifiers', id),
  },
  Privacy: { consents: ({ id }, _, { load }) => load('consents', id) },
  Finance: {
    balance: ({ id }, _, { load }) => load('balance', id),
    credit: async ({ id }, _, { load }) => terms(await load('credit', id)),
  },
  Sales: { orders: async ({ id }, { first }, { load }) => nodes(await load('orders', id, first)) },
  Order: { total, lines: (order, _, { load }) => load('lines', order) },
  OrderLine: { unitPrice: total, product: ({ productId }, _, { load }) => load('product', productId) },
  Service: { tickets: async ({ id }, { first }, { load }) => nodes(await load('tickets', id, first)) },
  Ticket: {
    messages: async (ticket, { first }, { load }) => nodes(await load('messages', ticket, first)),
    customer: ({ customerId }, _, { load }) => load('byId', customerId),
  },
  Marketing: {
    segments: ({ id }, _, { load }) => load('segments', id),
    loyalty: ({ id }, _, { load }) => load('loyalty', id),
  },
};
const server = new ApolloServer({ typeDefs, resolvers, introspection: false });
await startStandaloneServer(server, { listen: { host: '127.0.0.1', port }, context: async () => context() });
