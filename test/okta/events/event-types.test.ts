import { expect, it } from 'vitest';
import type { AccountEvent } from '../../../src/identity/account-event.ts';
import { handledTypes, toAccountEvents } from '../../../src/okta/events/event-types.ts';
import { createTakeDelivery } from '../../../src/okta/events/hook.ts';
import { createEventIntake } from '../../../src/okta/events/intake.ts';
import { readLogEvent } from '../../../src/okta/events/log-event.ts';
import { narrowToOwn, type OwnIssuer, ownIssuerOf } from '../../../src/okta/events/own-issuer.ts';

const userId = '00u0000000000000000A';
const admin = { id: '00u000000000000ADMIN', type: 'User' };
const published = '2026-11-23T10:00:00.250Z';

function logEvent(eventType: string, members: object = {}): Record<string, unknown> {
  const uuid = `uuid of ${eventType}`;
  const target = [
    { id: '0oa00000000000000001', type: 'AppInstance' },
    { id: userId, type: 'User', alternateId: 'ada@example.com', detailEntry: null },
  ];
  return { uuid, published, eventType, actor: admin, target, ...members };
}

const [ourApp, otherApp] = ['0oa0000000000000OURS', '0oa00000000000OTHERS'];
const [ourServer, otherServer] = ['aus0000000000000OURS', 'aus00000000000OTHERS'];
const ours: OwnIssuer = { clientIds: [ourApp], serverId: ourServer };

function meant(value: unknown, own = ours): string[] {
  const event = readLogEvent(value);
  if (event === null) throw new Error('The event cannot be read.');
  return toAccountEvents(event).flatMap((all) => {
    const narrowed = narrowToOwn(own, all);
    if (narrowed === null) return [];
    expect(narrowed.at).toBe(Date.parse(published));
    return `${narrowed.kind} ${'userId' in narrowed ? narrowed.userId : ''}`;
  });
}

const kindsOf = (value: unknown) => meant(value).map((event) => event.split(' ')[0]);

it.each([
  ['user.lifecycle.suspend', ['SESSIONS_ENDED', 'PROFILE_CHANGED']],
  ['user.lifecycle.delete.completed', ['SESSIONS_ENDED', 'PROFILE_CHANGED']],
  ['user.session.clear', ['RECHECK_TOKENS']],
  ['user.account.update_password', ['RECHECK_TOKENS', 'PROFILE_CHANGED']],
  ['user.account.update_profile', ['PROFILE_CHANGED']],
  ['user.session.start', []],
])('what %s means to the user it was done to', (eventType, kinds) => {
  expect(kindsOf(logEvent(eventType))).toEqual(kinds);
  expect(meant(logEvent(eventType)).every((published) => published.endsWith(userId))).toBe(true);
});

it('finds the user that an event is about: the owner of the token, the target, or the actor', () => {
  const app = { id: '0oa00000000000000001', type: 'PublicClientApp' };
  const token = (subject: unknown) => [
    { id: 'oar1', type: 'refresh_token', detailEntry: { subject, hash: 'a hash' } },
  ];
  const revoke = 'app.oauth2.as.token.revoke';
  expect(meant(logEvent(revoke, { actor: app, target: token(userId) }))).toEqual([
    `RECHECK_TOKENS ${userId}`,
  ]);
  expect(meant(logEvent(revoke, { actor: app, target: token(null) }))).toEqual([]);
  expect(meant(logEvent('user.session.end', { target: null }))).toEqual([
    `RECHECK_TOKENS ${admin.id}`,
  ]);
  const unknown = { id: 'unknown', type: 'User' };
  expect(meant(logEvent('user.account.lock', { actor: unknown, target: [unknown] }))).toEqual([]);
  expect(meant(logEvent('user.account.reset_password', { target: [] }))).toEqual([]);
});

it.each([
  'app.oauth2.as.token.revoke.implicit.client',
  'app.oauth2.token.revoke.implicit.as',
  'app.oauth2.token.revoke.implicit.user',
  'user.lifecycle.suspend',
])('%s without a user is a GAP, and never about the administrator', (eventType) => {
  expect(meant(logEvent(eventType))).not.toContain('GAP ');
  const client = { id: ourApp, type: 'PublicClientApp' };
  for (const target of [[client], [], null, 'none']) {
    expect(meant(logEvent(eventType, { target }))).toEqual(['GAP ']);
  }
});

it.each([
  'application.lifecycle.deactivate',
  'application.lifecycle.delete',
  'oauth2.as.deactivated',
  'oauth2.as.deleted',
])('%s, which may end tokens of anyone, is a GAP', (eventType) => {
  for (const target of [null, [], [{ id: ourApp, type: 'AppInstance' }, { id: ourServer }]]) {
    expect(meant(logEvent(eventType, { target }))).toEqual(['GAP ']);
  }
  expect(handledTypes).toContain(eventType);
});

it.each([
  ['application.lifecycle.deactivate', { id: otherApp, type: 'AppInstance' }],
  ['application.lifecycle.delete', { id: otherApp, type: 'AppInstance' }],
  ['app.oauth2.as.token.revoke.implicit.client', { id: otherApp, type: 'PublicClientApp' }],
])(
  '%s of another app has only services rechecked, and of another server nothing',
  (type, other) => {
    const server = { id: otherServer, type: 'AuthorizationServer' };
    const published = (target: unknown, own = ours) => meant(logEvent(type, { target }), own);
    expect(published([other])).toEqual(['RECHECK_SERVICES ']);
    expect(published([other, { id: ourServer }])).toEqual(['RECHECK_SERVICES ']);
    expect(published([other, server])).toEqual([]);
    expect(published([other, server], { ...ours, serverId: null })).toEqual([]);
    // It may be about ours nevertheless.
    expect(published([other, { id: ourApp }])).toEqual(['GAP ']);
    expect(published([other, server, 'unreadable'])).toEqual(['GAP ']);
    const named = { clientIds: [ourApp, 'a-name-of-our-own'], serverId: 'default' };
    expect(published([other], named)).toEqual(['GAP ']);
    expect(published([server], named)).toEqual(['GAP ']);
  },
);

it.each([
  ['https://org.example/oauth2/aus0000000000000OURS', ourServer],
  ['https://org.example/oauth2/default', 'default'],
  ['https://org.example', null],
])('knows the server of the issuer %s', (issuer, serverId) => {
  const config = { orgUrl: 'https://org.example', issuer, acceptedClientIds: [ourApp] };
  expect(ownIssuerOf(config)).toEqual({ clientIds: [ourApp], serverId });
});

it('skips a malformed target', () => {
  const target = [{ id: 7, type: 'User' }, null, 'nonsense', { id: userId, type: 'User' }];
  expect(meant(logEvent('user.lifecycle.suspend', { target }))).toEqual([
    `SESSIONS_ENDED ${userId}`,
    `PROFILE_CHANGED ${userId}`,
  ]);
});

it('ignores what failed, but has tokens rechecked after an attempt to reuse one', () => {
  const failed = { outcome: { result: 'FAILURE', reason: 'no' } };
  expect(meant(logEvent('user.lifecycle.suspend', failed))).toEqual([]);
  expect(kindsOf(logEvent('app.oauth2.as.token.detect_reuse', failed))).toEqual(['RECHECK_TOKENS']);
});

it('takes a lock for done, which Okta logs as a sign-in that failed, without a target', () => {
  const actor = { id: userId, type: 'User' };
  const outcome = { result: 'FAILURE', reason: 'LOCKED_OUT' };
  for (const target of [null, [actor]]) {
    expect(meant(logEvent('user.account.lock', { actor, target, outcome }))).toEqual([
      `RECHECK_TOKENS ${userId}`,
      `PROFILE_CHANGED ${userId}`,
    ]);
  }
});

it('publishes each event once, whatever else is in the delivery and however often it comes', async () => {
  const published: AccountEvent[] = [];
  const publish = async (events: readonly AccountEvent[]) => void published.push(...events);
  const intake = createEventIntake({ publish, now: () => 7 });
  const take = createTakeDelivery(intake);
  const suspend = logEvent('user.lifecycle.suspend');
  const nobody = logEvent('user.account.lock', { actor: null, target: [] });
  const events = [null, { uuid: 1 }, suspend, logEvent('user.session.start'), suspend, nobody];
  expect(await take({ eventId: 'delivery-1', data: { events } })).toEqual({
    unreadable: 2,
    'user.lifecycle.suspend': 1,
    other: 1,
    repeated: 1,
    nobody: 1,
  });
  // Nobody knows what the unreadable ones would have ended.
  const kinds = ['SESSIONS_ENDED', 'PROFILE_CHANGED', 'GAP'];
  expect(published.map(({ kind }) => kind)).toEqual(kinds);
  expect(published.at(-1)?.at).toBe(7);
  expect(new Set(published.map(({ id }) => id)).size).toBe(3);
  const later = logEvent('user.account.unlock');
  expect(await take({ eventId: 'delivery-1', data: { events: [later] } })).toEqual({ repeated: 1 });
  expect(await take({ eventId: 'delivery-2', data: { events: [suspend] } })).toEqual({
    repeated: 1,
  });
  expect(await intake.take([suspend])).toEqual({ repeated: 1 });
  expect(intake.stats()).toMatchObject({ 'user.lifecycle.suspend': 1, repeated: 3 });
  expect(published).toHaveLength(3);
  for (const body of [null, [], {}, { data: null }, { data: { events: {} } }]) {
    expect(await take(body)).toBeNull();
  }
});

it('takes an event again that could not be published', async () => {
  let reachable = false;
  const publish = async () => {
    if (!reachable) throw new Error('unreachable');
  };
  const intake = createEventIntake({ publish, now: Date.now });
  const suspend = logEvent('user.lifecycle.suspend');
  await expect(intake.take([suspend])).rejects.toThrow('unreachable');
  reachable = true;
  expect(await intake.take([suspend])).toEqual({ 'user.lifecycle.suspend': 1 });
});
