import { env } from 'node:process';

export const org = env.ORG;
export const port = Number(env.PORT);
const issuer = `${org}/oauth2/default`;

/** The part of our schema that is measured. */
export const typeDefs = `
  type Query { validateToken(input: ValidateTokenInput!): TokenValidation }
  input ValidateTokenInput { token: String! }
  type TokenValidation {
    active: Boolean!
    reason: String
    subject: String
    userId: ID
    expiresAt: String
    scopes: [String!]!
    clientId: ID
    user: User
  }
  type User { id: ID! status: String! email: String! firstName: String lastName: String }
`;

/** What the servers that remember tokens do for one that they have not seen. */
export async function createVerify() {
  const { createRemoteJWKSet, jwtVerify } = await import('jose');
  const { LRUCache } = await import('lru-cache');
  const keys = createRemoteJWKSet(new URL(`${issuer}/v1/keys`));
  const known = new LRUCache({ max: 100_000 });
  return async (token) => {
    const claims = known.get(token);
    if (claims && claims.exp * 1000 > Date.now()) return toValidation(claims);
    try {
      const { payload } = await jwtVerify(token, keys, { issuer, audience: 'api://default' });
      known.set(token, payload);
      return toValidation(payload);
    } catch {
      return inactive;
    }
  };
}

/** What they do for a profile: fetched once. */
export async function createFindUser() {
  const { LRUCache } = await import('lru-cache');
  const users = new LRUCache({ max: 100_000 });
  return async (id) => {
    const known = users.get(id);
    if (known) return known;
    const user = await fetchUser(id);
    users.set(id, user);
    return user;
  };
}

export async function fetchUser(id) {
  const response = await fetch(`${org}/api/v1/users/${id}`, {
    headers: { authorization: 'SSWS stub' },
  });
  const { status, profile } = await response.json();
  return { id, status, ...profile };
}

export function toValidation({ sub, uid, exp, scp, cid }) {
  return {
    active: true,
    reason: null,
    subject: sub,
    userId: uid,
    expiresAt: new Date(exp * 1000).toISOString(),
    scopes: scp,
    clientId: cid,
  };
}

export const inactive = { active: false, reason: 'INVALID', scopes: [] };

export function listen(server) {
  server.listen(port, '127.0.0.1');
}
