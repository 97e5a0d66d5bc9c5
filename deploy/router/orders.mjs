/** A second subgraph, with the orders of the customers in CUSTOMERS (ids, with commas between). */
import { createServer } from 'node:http';
import { createSchema, createYoga } from 'graphql-yoga';
import { ordersSdl } from './orders-sdl.mjs';

const { CUSTOMERS = '', PORT = '4003' } = process.env;

const orders = CUSTOMERS.split(',').map((customerId, index) => ({
  id: String(index + 1),
  total: `${index + 1}9.90 EUR`,
  customer: { __typename: 'User', id: customerId },
}));
const ordersOf = ({ id }) => orders.filter(({ customer }) => customer.id === id);

const schema = createSchema({
  typeDefs: `
    directive @link(url: String!, import: [String!]) on SCHEMA
    directive @key(fields: String!) on OBJECT
    scalar _Any
    union _Entity = User
    ${ordersSdl.replace('type Query {', 'type Query { _entities(representations: [_Any!]!): [_Entity]!')}
  `,
  resolvers: {
    Query: {
      orders: () => orders,
      _entities: (_root, { representations }) => representations,
    },
    User: { orders: ordersOf },
  },
});
const server = createServer(createYoga({ schema })).listen(Number(PORT), '127.0.0.1', () => {
  process.stdout.write(`The orders are at http://127.0.0.1:${server.address().port}/graphql\n`);
});
