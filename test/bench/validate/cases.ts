const fields = 'active reason subject userId expiresAt scopes clientId';
const user = 'user { id status email firstName lastName }';

interface Case {
  readonly name: string;
  readonly body: string;
  readonly tokens: { readonly from: number; readonly count: number };
  /** Each token is sent once, so every round needs a server that knows none. */
  readonly isFresh: boolean;
}

const kept = { from: 0, count: 5_000 };
/** More than the fastest server takes in the time that is measured. */
const fresh = { from: 5_000, count: 25_000 };
export const tokensNeeded = fresh.from + fresh.count;

export const cases: readonly Case[] = [
  { name: '256 tokens', body: byVariable(fields), tokens: { from: 0, count: 256 }, isFresh: false },
  { name: '5,000 tokens', body: byVariable(fields), tokens: kept, isFresh: false },
  { name: '5,000 in the text', body: inlined(fields), tokens: kept, isFresh: false },
  {
    name: '5,000, with `user`',
    body: byVariable(`${fields} ${user}`),
    tokens: kept,
    isFresh: false,
  },
  { name: 'every token new', body: byVariable(fields), tokens: fresh, isFresh: true },
];

function byVariable(selection: string): string {
  const query = `query Validate($token: String!) { validateToken(input: { token: $token }) { ${selection} } }`;
  return JSON.stringify({ query, variables: { token: 'TOKEN' } });
}

function inlined(selection: string): string {
  const query = `query Validate { validateToken(input: { token: "TOKEN" }) { ${selection} } }`;
  return JSON.stringify({ query });
}
