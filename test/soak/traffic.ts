import type { EmbeddedOkta } from '../../src/embedded/handle.ts';
import type { Ask, Sent } from './caller.ts';

export const customerCount = 300;
export const password = 'Correct-Horse-7';
export const emailOf = (index: number) => `soak-${index}@example.com`;
export const userIdOf = (index: number) => `00usoak${index}`.padEnd(20, 'x');

const fields = {
  logIn:
    '{ __typename ... on LogInSuccess { tokens { accessToken refreshToken } } ... on AccountError { code } }',
  refreshToken:
    '{ __typename ... on RefreshTokenSuccess { tokens { accessToken refreshToken } } ... on AccountError { code } }',
  signUp: '{ __typename ... on AccountError { code } }',
  requestPasswordReset: '{ __typename ... on AccountError { code } }',
};
type Mutation = keyof typeof fields;

interface Session {
  accessToken: string;
  refreshToken: string | null;
}

/** What every answer with tokens holds. */
const tokenPair = /"accessToken":"([^"]+)","refreshToken":"([^"]+)"/;

/** Shops, backends and attackers, in shares that are each a few percent or more. */
export function createTraffic({ seeded }: EmbeddedOkta): () => Ask {
  const sessions: Session[] = [];
  const { clientId, clientSecret } = seeded.serviceClient;
  const service = `Authorization: Basic ${btoa(`${clientId}:${clientSecret}`)}\r\n`;
  let count = 0;
  const pick = (below: number) => Math.floor(Math.random() * below);
  /** Each of a household of its own, so that the limits are counted and seldom reached. */
  const shopper = () => `X-Forwarded-For: 10.${pick(256)}.${pick(256)}.${pick(256)}\r\n`;

  const keep = ({ body }: Sent) => {
    const [, accessToken, refreshToken] = tokenPair.exec(body) ?? [];
    if (accessToken === undefined || refreshToken === undefined) return;
    const session = { accessToken, refreshToken };
    if (sessions.length < 1_000) sessions.push(session);
    else sessions[pick(sessions.length)] = session;
  };
  const mutation = (name: Mutation, input: object): Ask => {
    const type = `${name[0]?.toUpperCase()}${name.slice(1)}Input`;
    const query = `mutation ($input: ${type}!) { ${name}(input: $input) ${fields[name]} }`;
    const body = JSON.stringify({ query, variables: { input } });
    return { name, headers: shopper(), body, onAnswer: keep };
  };
  const logIn = () => mutation('logIn', { email: emailOf(pick(customerCount)), password });

  const validate = (name: string, token: string): Ask => {
    const answer = '{ __typename active reason userId user { id email } }';
    const query = 'query ($input: ValidateTokenInput!) { validateToken(input: $input) ';
    const variables = { input: { token, freshness: 'CACHED' } };
    return {
      name,
      headers: service,
      body: JSON.stringify({ query: `${query}${answer} }`, variables }),
    };
  };
  const inlined = (token: string): Ask => ({
    name: 'validate inlined',
    headers: service,
    body: JSON.stringify({
      query: `{ validateToken(input: {token: "${token}"}) { __typename active } }`,
    }),
  });
  const forged = (token: string) =>
    `${token.slice(0, -8)}${Math.random().toString(36).slice(2).padEnd(8, 'A').slice(0, 8)}`;

  function refresh(session: Session): Ask {
    const { refreshToken } = session;
    if (refreshToken === null) return logIn();
    session.refreshToken = null;
    const ask = mutation('refreshToken', { refreshToken });
    return { ...ask, onAnswer: keep };
  }

  return () => {
    count += 1;
    const session = sessions[pick(sessions.length)];
    const kind = pick(100);
    if (session === undefined || kind < 5) return logIn();
    const { accessToken } = session;
    if (kind < 10) return refresh(session);
    if (kind < 50) return validate('validate', accessToken);
    if (kind < 58) return validate('validate forged', forged(accessToken));
    if (kind < 65) return inlined(accessToken);
    if (kind < 80) {
      const headers = `${shopper()}Authorization: Bearer ${accessToken}\r\n`;
      return { name: 'me', headers, body: '{"query":"{ me { __typename id email } }"}' };
    }
    if (kind < 88) {
      const ids = Array.from({ length: 20 }, () => userIdOf(pick(customerCount)));
      const query = 'query ($ids: [ID!]!) { users(ids: $ids) { __typename id email } }';
      return {
        name: 'users',
        headers: service,
        body: JSON.stringify({ query, variables: { ids } }),
      };
    }
    if (kind < 89) {
      const email = `new-${count}-${process.pid}@example.com`;
      return mutation('signUp', { email, password, firstName: 'So', lastName: 'Ak' });
    }
    if (kind < 90) return mutation('requestPasswordReset', { email: emailOf(pick(customerCount)) });
    return bad(kind);
  };
}

/** What has to be refused. */
function bad(kind: number): Ask {
  const bodies = [
    '{"query":"{ me { ',
    'not json at all',
    JSON.stringify({ query: `{ ${'me { '.repeat(200)}` }),
    JSON.stringify({ query: '{ nothing }' }),
    JSON.stringify({ query: '{ me { id } }', variables: [] }),
    `[${'['.repeat(20_000)}`,
  ];
  return { name: 'bad', headers: '', body: bodies[kind % bodies.length] ?? '' };
}
