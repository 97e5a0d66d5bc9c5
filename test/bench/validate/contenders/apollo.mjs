import { ApolloServer } from '@apollo/server';
import { expressMiddleware } from '@as-integrations/express5';
import OktaJwtVerifier from '@okta/jwt-verifier';
import express from 'express';
import { fetchUser, inactive, org, port, toValidation, typeDefs } from './common.mjs';

/** As tutorials have it: every token is verified, every profile fetched. */
const verifier = new OktaJwtVerifier({
  issuer: `${org}/oauth2/default`,
  testing: { disableHttpsCheck: true },
});
async function validateToken(_root, { input }) {
  try {
    const { claims } = await verifier.verifyAccessToken(input.token, 'api://default');
    return toValidation(claims);
  } catch {
    return inactive;
  }
}
const server = new ApolloServer({
  typeDefs,
  resolvers: {
    Query: { validateToken },
    TokenValidation: { user: ({ userId }) => fetchUser(userId) },
  },
});
await server.start();
const app = express();
app.use('/graphql', express.json(), expressMiddleware(server));
app.listen(port, '127.0.0.1');
