/**
 * A federation router (Hive Gateway) in front of the account API and of the subgraph in orders.mjs.
 * It has no credentials of its own: what its caller sends is what its caller may do.
 */
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createGatewayRuntime } from '@graphql-hive/gateway-runtime';
import { composeServices } from '@theguild/federation-composition';
import { parse } from 'graphql';
import { ordersSdl } from './orders-sdl.mjs';

const {
  ACCOUNTS_URL = 'http://127.0.0.1:4000/graphql',
  ORDERS_URL = 'http://127.0.0.1:4003/graphql',
  PORT = '4002',
} = process.env;

/** For the account API alone: other subgraphs have no business with a customer's token for it. */
const forAccounts = [
  'authorization',
  'x-customer-token',
  'x-client-ip',
  'x-client-user-agent',
  'x-device-id',
  'accept-language',
  'x-request-id',
];

const accountsSdl = readFileSync(new URL('../../schema/subgraph.graphql', import.meta.url), 'utf8');
const { supergraphSdl, errors } = composeServices([
  { name: 'accounts', url: ACCOUNTS_URL, typeDefs: parse(accountsSdl) },
  { name: 'orders', url: ORDERS_URL, typeDefs: parse(ordersSdl) },
]);
if (supergraphSdl === undefined) throw new Error(errors.map(({ message }) => message).join('\n'));

const router = createGatewayRuntime({
  supergraph: supergraphSdl,
  propagateHeaders: {
    fromClientToSubgraphs({ request, subgraphName }) {
      if (subgraphName !== 'accounts') return {};
      return Object.fromEntries(forAccounts.map((name) => [name, request.headers.get(name)]));
    },
  },
});
// The gateway catches the signal, so nothing else would end the process.
process.once('SIGTERM', () => server.close());
const server = createServer(router).listen(Number(PORT), '127.0.0.1', () => {
  process.stdout.write(`The router is at http://127.0.0.1:${server.address().port}/graphql\n`);
});
