// Fastify and Mercurius with its own loaders, compiled queries.
import Fastify from 'fastify';
import mercurius from 'mercurius';
import { batch, departments, nodes, port, queries, terms, total, typeDefs } from './common.mjs';

// One batch may mix arguments, so it is asked once for each of them: in practice once.
const loader = (name, { key = ({ id }) => id, args = () => [], shape = (found) => found } = {}) => ({
  opts: { cache: false },
  async loader(asked) {
    const groups = new Map();
    asked.forEach(({ obj, params }, place) => {
      const given = args(params ?? {});
      const group = groups.get(given.join()) ?? { given, places: [], keys: [] };
      groups.set(given.join(), group);
      group.places.push(place);
      group.keys.push(key(obj));
    });
    const answers = new Array(asked.length);
    for (const { given, places, keys } of groups.values()) {
      const unique = [...new Map(keys.map((each) => [each.id ?? each, each])).values()];
      const found = await batch(name, unique, given);
      const by = new Map(unique.map((each, n) => [each.id ?? each, found[n]]));
      places.forEach((place, n) => { answers[place] = shape(by.get(keys[n].id ?? keys[n])); });
    }
    return answers;
  },
});
const first = (params) => [params.first];
const whole = (row) => row;

const loaders = {
  Customer: {
    preferredChannel: loader('preferred', { shape: (row) => row?.channel ?? null }),
    emailAddresses: loader('emails'),
    phoneNumbers: loader('phones'),
    identifiers: loader('identifiers'),
  },
  Privacy: { consents: loader('consents') },
  Finance: { balance: loader('balance'), credit: loader('credit', { shape: terms }) },
  Sales: { orders: loader('orders', { args: first, shape: nodes }) },
  Order: { lines: loader('lines', { key: whole }) },
  OrderLine: { product: loader('product', { key: ({ productId }) => productId }) },
  Service: { tickets: loader('tickets', { args: first, shape: nodes }) },
  Ticket: {
    messages: loader('messages', { key: whole, args: first, shape: nodes }),
    customer: loader('byId', { key: ({ customerId }) => customerId }),
  },
  Marketing: { segments: loader('segments'), loyalty: loader('loyalty') },
};
const resolvers = { Query: queries, Customer: departments, Order: { total }, OrderLine: { unitPrice: total } };
const app = Fastify();
app.register(mercurius, { schema: typeDefs, resolvers, loaders, jit: 1 });
await app.listen({ host: '127.0.0.1', port });
