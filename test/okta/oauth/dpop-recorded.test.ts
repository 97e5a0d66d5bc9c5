import type { IncomingMessage } from 'node:http';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadOktaSdk } from '../../../src/okta/management/sdk.ts';
import { createDpop } from '../../../src/okta/oauth/dpop.ts';
import { createOktaProvider } from '../../../src/okta/provider.ts';
import { decode } from '../../embedded/oauth-calls.ts';
import {
  type Interaction,
  type Json,
  pathOf,
  readRecordings,
  recordingsAvailable,
} from '../../embedded/replay/recordings.ts';
import { differences } from '../../embedded/replay/shapes.ts';
import { startOkta } from '../../embedded/start.ts';
import { embeddedConfig } from '../embedded-config.ts';
import { startRawServer } from '../http/raw-server.ts';
import { createServiceApp } from '../service-app.ts';
import { callContext, providerOn } from '../start.ts';

const context = callContext();
const someIds = ['00u12345678901234567'];
const recorded = recordingsAvailable
  ? readRecordings().filter(({ name }) => name.startsWith('test_dpop_it.'))
  : [];
const all = recorded.flatMap(({ interactions }) => interactions);
const isToken = (interaction: Interaction) => pathOf(interaction) === '/oauth2/v1/token';
const errorOf = ({ response }: Interaction) => (response as { error?: string } | null)?.error;

/** What the org has answered: to no proof, to one without a nonce, and to one with it. */
const answers = {
  toNone: all.find((one) => errorOf(one) === 'invalid_dpop_proof'),
  toNoNonce: all.find((one) => errorOf(one) === 'use_dpop_nonce'),
  toNonce: all.find((one) => isToken(one) && one.status === 200),
};

/** An org that answers as the recorded one did, and what it was sent. */
async function startRecorded(sequence: readonly Interaction[]) {
  const sent: string[] = [];
  const left = sequence.filter((one) => !isToken(one));
  const answerTo = ({ url, headers }: IncomingMessage): Interaction | undefined => {
    const { dpop, authorization = '' } = headers;
    const proof = typeof dpop === 'string' ? decode(dpop).claims : null;
    const [scheme] = authorization.split(' ');
    sent.push([url?.split('?')[0], scheme || null, proof && (proof['nonce'] ?? 'no nonce')].join());
    if (url !== '/oauth2/v1/token') return left.shift();
    if (proof === null) return answers.toNone;
    return proof['nonce'] === undefined ? answers.toNoNonce : answers.toNonce;
  };
  const server = await startRawServer((response, request) => {
    const answer = answerTo(request);
    response.writeHead(answer?.status ?? 500, { ...answer?.headers });
    response.end(JSON.stringify(answer?.response));
  });
  return { ...server, sent, left };
}

it('the recorded handshakes are replayed (skipped without them)', ({ skip }) => {
  skip(!recordingsAvailable, 'There are no recordings at ../shared/okta-recorded.');
});

beforeAll(async () => void (await loadOktaSdk()));

describe.skipIf(!recordingsAvailable)('what a real org answered to Okta’s own SDK', () => {
  const sequences = recorded.filter(({ interactions }) =>
    interactions.some(({ auth }) => auth === 'DPoP'),
  );

  it('is there', () => {
    expect(sequences.length).toBeGreaterThanOrEqual(7);
    for (const answer of Object.values(answers)) expect(answer).toBeDefined();
  });

  it.each(sequences)('is understood: $name', async ({ interactions }) => {
    const { management } = await createServiceApp();
    const org = await startRecorded(interactions);
    const changes: boolean[] = [];
    const provider = createOktaProvider(
      {
        ...embeddedConfig({
          url: org.url,
          issuer: `${org.url}/oauth2/default`,
          seeded: { apiClient: { clientId: 'c', clientSecret: 's', redirectUri: 'https://x/' } },
        } as never),
        management: () => management,
      },
      {
        now: Date.now,
        observe: () => undefined,
        dpop: createDpop({ now: Date.now, onChange: (isBound) => changes.push(isBound) }),
      },
    );
    const calls = org.left.length;
    for (let call = 0; call < calls; call += 1) await provider.findUsers(someIds, context);
    await provider.close();
    expect(org.sent).toEqual([
      '/oauth2/v1/token,,',
      '/oauth2/v1/token,,no nonce',
      '/oauth2/v1/token,,sanitized_dpop_nonce',
      ...Array.from({ length: calls }, () => '/api/v1/users,DPoP,sanitized_dpop_nonce'),
    ]);
    expect(changes).toEqual([true]);
  });

  it('is what the embedded org answers', async () => {
    const { client, management } = await createServiceApp({ requiresDpop: true });
    const answered: { status: number; body: Json }[] = [];
    const okta = await startOkta({
      seed: { clients: [client] },
      observe({ path, status, body }) {
        if (path === '/oauth2/v1/token') answered.push({ status, body: JSON.parse(body) });
      },
    });
    await providerOn(okta, { management }).provider.findUsers(someIds, context);
    const there = [answers.toNone, answers.toNoNonce, answers.toNonce];
    expect(answered.map(({ status }) => status)).toEqual(there.map((one) => one?.status));
    for (const [index, { body }] of answered.entries()) {
      const was = there[index]?.response ?? null;
      expect(differences(was, body)).toEqual([]);
      if (index < 2) expect(body).toEqual(was);
      else expect(body).toMatchObject({ token_type: 'DPoP', expires_in: 3600 });
    }
  });
});
