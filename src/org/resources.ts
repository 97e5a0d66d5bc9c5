import type { OrgDescription } from './description.ts';
import { idIn, only, type Resource } from './resource.ts';
import { customerApp, type PublicKeys, serviceApp } from './resources/apps.ts';
import { authorizationServer } from './resources/authorization-server.ts';
import { eventHook } from './resources/event-hook.ts';
import { mails } from './resources/mails.ts';
import { trustedProxy } from './resources/network.ts';
import { passwordPolicy, signInPolicy } from './resources/policies.ts';

/** What set-up brings along: nothing of it is in the description, which may be printed. */
export interface SetUpContext {
  /** As Okta calls the org itself, whatever custom domain it has besides. */
  readonly issuer: string;
  readonly keys: PublicKeys;
  /** OKTA_HOOK_SECRET */
  readonly hookSecret: string;
}

/** All of a description, each after those that it refers to. The event hook comes last: Okta calls the API for it. */
export function resourcesOf(
  description: OrgDescription,
  { issuer, keys, hookSecret }: SetUpContext,
): readonly Resource[] {
  return [
    group(description),
    ...customerApp(description, keys, issuer),
    ...signInPolicy(description),
    ...authorizationServer(description),
    ...serviceApp(description, keys, issuer),
    ...passwordPolicy(description),
    ...mails(description),
    ...trustedProxy(description),
    ...eventHook(description, hookSecret),
  ];
}

function group({ group: { name } }: OrgDescription): Resource {
  return {
    key: 'group',
    kind: 'Group',
    name,
    parents: [],
    // A group of a directory or an app gets its members from there alone.
    fixed: ['type'],
    async find(api) {
      const groups = await api.list(`/api/v1/groups?q=${encodeURIComponent(name)}&limit=200`);
      const isNamed = (each: Readonly<Record<string, unknown>>) =>
        (each['profile'] as { readonly name?: unknown } | undefined)?.name === name;
      return only(groups, isNamed, `group "${name}"`);
    },
    wanted: () => ({ type: 'OKTA_GROUP', profile: { name } }),
    async create(api) {
      const profile = { name, description: 'Customers of the shop.' };
      return idIn(await api.send('POST', '/api/v1/groups', { profile }));
    },
  };
}
