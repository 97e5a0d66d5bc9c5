import type { KeyObject } from 'node:crypto';
import { expect } from 'vitest';
import type { EmbeddedOkta, EmbeddedOktaOptions } from '../../src/embedded/handle.ts';
import { startEmbeddedOkta } from '../../src/embedded/start.ts';
import { generateRsaKey } from '../../src/embedded/store/keys.ts';
import { atFileEnds } from '../support/file-ends.ts';
import { createOpenApiCheck } from './openapi.ts';
import { unlistedOfAdmin } from './openapi-admin.ts';

/** What Okta sends although its description does not have it. */
const unlisted: readonly { why: string; violation: RegExp }[] = [
  {
    why: 'the schema of a key in a key set lacks the members that make it one',
    violation: /\/v1\/keys 200: \/keys\/\d+\/[ne] is in no schema$/,
  },
  {
    why: 'the limit per username answers as an OAuth error',
    violation: /\/v1\/token 429: \/error(_description)? is in no schema$/,
  },
  {
    why: 'OpenID Connect Core section 5.3.1 asks for POST',
    violation: /^POST \/oauth2\/\w+\/v1\/userinfo 200: is not documented$/,
  },
  {
    why: 'Okta serves it and describes it for custom authorization servers alone',
    violation: /^GET \/\.well-known\/oauth-authorization-server 200: is not documented$/,
  },
  {
    why: 'the feature DIRECT_AUTH adds the grants of a second factor to the lists of grants',
    violation: /\.well-known\/\S+ 200: \/grant_types_supported\/\d must be equal to one of/,
  },
  {
    why: 'the channel for e-mail is newer than the description',
    violation: /\/v1\/challenge 200: \/channel must be equal to one of/,
  },
  {
    why: 'recorded tokens of an app that demands DPoP are of the type DPoP',
    violation: /\/v1\/token 200: \/token_type must be equal to one of/,
  },
  {
    why: 'the guides to direct authentication show the token of an mfa_required',
    violation: /\/v1\/token 403: \/mfa_token is in no schema$/,
  },
  {
    why: 'an unknown client id and a wrong content type answer in the envelope of the management API',
    violation: /\/v1\/\w+ 40[01]: \/error(Code|Summary|Link|Id|Causes) is in no schema$/,
  },
  {
    why: 'recorded sessions have these links and members',
    violation:
      /\/api\/v1\/sessions(\/\S+)? 200: \/(mfaActive|_links\/(user|refresh)|lastFactorVerification) /,
  },
  {
    why: 'recorded users who are deactivated have a link that deletes them',
    violation: /\/api\/v1\/users\S* 200: \/_links\/delete is in no schema$/,
  },
  {
    why: 'recorded event hooks that are inactive have these links',
    violation: /\/eventHooks\S* 200: \S*\/_links\/(activate|delete) is in no schema$/,
  },
  {
    why: 'recorded factors have a list of links to resend',
    violation: /\/factors\S* 200: \S*\/_links\/resend must be object$/,
  },
  {
    why: 'recorded lists of authentication policies have a text here, and not an object of objects',
    violation: /\/policies 200: \/\d+\/_embedded\/resourceType must be object$/,
  },
  {
    why: 'recorded attributes have a text where the description has a truth value',
    violation: /meta\/schemas\/user\/\w+ 200: \S+\/unique must be boolean$/,
  },
  {
    why: 'recorded answers describe attributes whose values are numbers with a fraction',
    violation: /meta\/schemas\/user\/\w+ 200: \S+\/(enum\/\d+|oneOf\/\d+\/const) must /,
  },
  {
    why: 'recorded answers have a description and a link to the type',
    violation: /meta\/schemas\/user\/\w+ 200: \/(description|_links\/type) is in no schema$/,
  },
];

const running = new Set<EmbeddedOkta>();
const rsaKeys: Promise<KeyObject>[] = [];

/** Keys are the dearest part of a start: every org gets the same ones, each of them once. */
function sharedKeys(): () => Promise<KeyObject> {
  let used = 0;
  return () => {
    const key = rsaKeys[used] ?? generateRsaKey();
    rsaKeys[used] = key;
    used += 1;
    return key;
  };
}

const openApi = createOpenApiCheck();

/**
 * An org on a free port; it is closed at the end of the test file at the latest, and everything it
 * answered is then checked against Okta's OpenAPI.
 */
export async function startOkta(options: EmbeddedOktaOptions = {}): Promise<EmbeddedOkta> {
  const okta = await startEmbeddedOkta({
    port: 0,
    generateRsaKey: sharedKeys(),
    ...options,
    observe(exchange) {
      openApi.observe(exchange);
      options.observe?.(exchange);
    },
  });
  running.add(okta);
  return {
    ...okta,
    async close() {
      if (running.delete(okta)) await okta.close();
    },
  };
}

atFileEnds(async () => {
  for (const okta of running) await okta.close();
  running.clear();
  const violations = openApi
    .violations()
    .filter(
      (line) => ![...unlisted, ...unlistedOfAdmin].some(({ violation }) => violation.test(line)),
    );
  expect(violations).toEqual([]);
});
