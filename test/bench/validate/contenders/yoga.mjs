import { createServer } from 'node:http';
import { createSchema, createYoga } from 'graphql-yoga';
import { createFindUser, createVerify, listen, typeDefs } from './common.mjs';

const verify = await createVerify();
const findUser = await createFindUser();
const schema = createSchema({
  typeDefs,
  resolvers: {
    Query: { validateToken: (_root, { input }) => verify(input.token) },
    TokenValidation: { user: ({ userId }) => findUser(userId) },
  },
});
listen(createServer(createYoga({ schema })));
