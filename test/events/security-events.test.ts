import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, test } from 'vitest';
import { decodeEvent, encodeEvent } from '../../src/events/codec.ts';
import { securityEventOf } from '../../src/events/security-event-token.ts';
import {
  type AccountEvent,
  profileCauses,
  recheckCauses,
  sessionsEndedCauses,
} from '../../src/identity/account-event.ts';
import { handledTypes, toAccountEvents } from '../../src/okta/events/event-types.ts';
import { readLogEvent } from '../../src/okta/events/log-event.ts';

const issuer = 'https://org.example/oauth2/default';
const stamp = { id: 'an-id', at: 1_767_225_600_123 };
const userId = '00u1';
const digest = 'RBNvo1WzZ4oRRq0W9-hknpT7T8If536DEMBg9hyq_4o';
const ended = { ...stamp, kind: 'SESSIONS_ENDED', userId, sessionId: null, except: null } as const;

/** Every kind with every cause. */
const events: readonly AccountEvent[] = [
  ended,
  { ...ended, sessionId: 'oar1' },
  { ...ended, except: 'oar1' },
  ...sessionsEndedCauses.map((cause) => ({ ...ended, cause })),
  { ...stamp, kind: 'RECHECK_TOKENS', userId },
  ...recheckCauses.map((cause) => ({ ...stamp, kind: 'RECHECK_TOKENS' as const, userId, cause })),
  { ...stamp, kind: 'PROFILE_CHANGED', userId },
  ...profileCauses.map((cause) => ({ ...stamp, kind: 'PROFILE_CHANGED' as const, userId, cause })),
  { ...stamp, kind: 'RECHECK_SERVICES' },
  { ...stamp, kind: 'TOKEN_ENDED', tokenDigest: digest, userId },
  { ...stamp, kind: 'TOKEN_ENDED', tokenDigest: digest, userId: null },
];

const text = { type: 'string', minLength: 1 };
const closed = (properties: object, optional: object = {}) => ({
  type: 'object',
  properties: { ...properties, ...optional },
  required: Object.keys(properties),
  additionalProperties: false,
});
const user = closed({ format: { const: 'iss_sub' }, iss: { const: issuer }, sub: text });
const session = closed({ format: { const: 'opaque' }, id: text });
const common = {
  event_timestamp: { type: 'integer' },
  reason_admin: closed({ en: text }),
  effect: {
    type: 'array',
    minItems: 1,
    items: { enum: ['refuse', 'ask', 'reread', 'forget'] },
  },
};
const initiator = { initiating_entity: { enum: ['admin', 'user', 'policy', 'system'] } };
const caep = 'https://schemas.openid.net/secevent/caep/event-type/';
const risc = 'https://schemas.openid.net/secevent/risc/event-type/';
const own = 'urn:okta-account-api:event-type:';

/** By CAEP 1.0 section 3, RISC 1.0 section 2, and docs/events-for-caches.md for our own types. */
const types: Readonly<Record<string, object>> = {
  [`${caep}session-revoked`]: closed(common, { ...initiator, except_session: session }),
  [`${caep}credential-change`]: closed({
    ...common,
    credential_type: { enum: ['password', 'all'] },
    change_type: { enum: ['create', 'revoke', 'update', 'delete'] },
  }),
  [`${risc}account-disabled`]: closed(common, initiator),
  [`${risc}account-purged`]: closed(common),
  [`${risc}account-enabled`]: closed(common),
  [`${risc}account-credential-change-required`]: closed(common),
  [`${own}tokens-doubted`]: closed(common),
  [`${own}token-revoked`]: closed(common, { token_subject: user }),
  [`${own}profile-changed`]: closed(common),
};

/** RFC 8417, narrowed by SSF 1.0: one event, `sub_id` at the top, neither `sub` nor `exp`. */
const validate = new Ajv2020({ allErrors: true }).compile(
  closed(
    {
      iss: { const: 'urn:okta-account-api' },
      jti: text,
      iat: { type: 'integer' },
      events: {
        type: 'object',
        properties: types,
        additionalProperties: false,
        minProperties: 1,
        maxProperties: 1,
      },
    },
    {
      txn: text,
      sub_id: {
        oneOf: [
          user,
          closed({ format: { const: 'complex' }, user, session }),
          closed({
            format: { const: 'urn:okta-account-api:subject:oauth_token' },
            token_type: { const: 'access_token' },
            token_identifier_alg: { const: 'hash_SHA256' },
            token: { type: 'string', pattern: '^[\\w-]{43}$' },
          }),
        ],
      },
    },
  ),
);

const nameOf = (event: AccountEvent) =>
  `${event.kind} ${'cause' in event ? event.cause : ''} ${JSON.stringify(event)}`;

describe.each(events.map((event) => [nameOf(event), event] as const))('%s', (_name, event) => {
  test('is described as its schema has it, and survives Redis', () => {
    const claims = securityEventOf(event, issuer);
    validate(claims);
    expect(validate.errors ?? []).toEqual([]);
    expect(claims?.sub_id === undefined).toBe(event.kind === 'RECHECK_SERVICES');
    if (event.kind !== 'RECHECK_SERVICES') expect(decodeEvent(encodeEvent(event))).toEqual(event);
  });
});

test('every type that the schemas have is sent for some event', () => {
  const sent = new Set(
    events.flatMap((event) => Object.keys(securityEventOf(event, issuer)?.events ?? {})),
  );
  expect([...sent].sort()).toEqual(Object.keys(types).sort());
});

test('a cause that a later version has made up leaves the event as it is', () => {
  const encoded = encodeEvent(ended).replace('"kind"', '"cause":"HOLIDAYS","kind"');
  expect(decodeEvent(encoded)).toEqual(ended);
});

test('a gap and a watermark are no security events', () => {
  expect(securityEventOf({ ...stamp, kind: 'GAP', named: ['0oa1'] }, issuer)).toBeNull();
  expect(securityEventOf({ ...stamp, kind: 'WATERMARK' }, issuer)).toBeNull();
});

test.each([
  ['user.lifecycle.suspend', [`${risc}account-disabled`, `${own}profile-changed`]],
  ['user.lifecycle.delete.completed', [`${risc}account-purged`, `${own}profile-changed`]],
  ['user.account.update_password', [`${caep}credential-change`, `${own}profile-changed`]],
  ['user.account.lock', [`${risc}account-disabled`, `${own}profile-changed`]],
  ['user.session.clear', [`${caep}session-revoked`]],
  ['app.oauth2.as.token.revoke', [`${own}tokens-doubted`]],
  ['user.account.unlock', [`${risc}account-enabled`]],
  ['user.account.update_profile', [`${own}profile-changed`]],
])('%s of Okta is sent as %j', (eventType, expected) => {
  const sent = claimsOf(eventType);
  expect(sent.flatMap((claims) => Object.keys(claims?.events ?? {}))).toEqual(expected);
  expect(sent.map((claims) => claims?.txn)).toEqual(expected.map(() => 'a-uuid'));
});

test('nothing of an event at Okta is sent but ids', () => {
  for (const eventType of handledTypes) {
    const sent = JSON.stringify(claimsOf(eventType));
    expect(sent, eventType).not.toMatch(/canary|@|\+49|eyJ/);
  }
});

/** As Okta has it, with something personal wherever it may be. */
function claimsOf(eventType: string) {
  const person = {
    id: '00uCanaryOfNobody0000',
    type: 'User',
    alternateId: 'canary@example.com',
    displayName: 'Canary Bird +49 30 1234',
    detailEntry: { token: 'eyJ.canary', login: 'canary' },
  };
  const event = readLogEvent({
    uuid: 'a-uuid',
    published: '2026-01-01T00:00:00.000Z',
    eventType,
    displayMessage: 'canary@example.com did it',
    outcome: { result: 'SUCCESS', reason: 'canary' },
    actor: person,
    target: [{ ...person, id: '00u1aaaaaaaaaaaaaaaa' }],
    client: { ipAddress: '192.0.2.1', userAgent: { rawUserAgent: 'canary' } },
  });
  if (event === null) throw new Error('That is no event.');
  return toAccountEvents(event).map((one) => securityEventOf(one, issuer));
}
