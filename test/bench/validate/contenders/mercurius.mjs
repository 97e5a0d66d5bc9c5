import fastify from 'fastify';
import mercurius from 'mercurius';
import { createFindUser, createVerify, port, typeDefs } from './common.mjs';

const verify = await createVerify();
const findUser = await createFindUser();
const app = fastify();
app.register(mercurius, {
  schema: typeDefs,
  jit: 1,
  resolvers: {
    Query: { validateToken: (_root, { input }) => verify(input.token) },
    TokenValidation: { user: ({ userId }) => findUser(userId) },
  },
});
await app.listen({ port, host: '127.0.0.1' });
