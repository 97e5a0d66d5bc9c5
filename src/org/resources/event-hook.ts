import { AdminApiError } from '../admin-api.ts';
import type { OrgDescription } from '../description.ts';
import { Conflict, idIn, idOf, merge, only, type Resource } from '../resource.ts';

const hooks = '/api/v1/eventHooks';

type Hook = NonNullable<OrgDescription['eventHook']>;

/** @param secret what Okta sends as Authorization: OKTA_HOOK_SECRET */
export function eventHook(
  { eventHook: hook }: OrgDescription,
  secret: string,
): readonly Resource[] {
  return hook === null ? [] : [hookResource(hook, secret), verification(hook)];
}

function hookResource({ name, url, events }: Hook, secret: string): Resource {
  const authScheme = { type: 'HEADER', key: 'Authorization', value: secret };
  const withSecret = { channel: { config: { uri: url, authScheme } } };
  return {
    key: 'eventHook',
    kind: 'Event hook',
    name,
    parents: [],
    async find(api) {
      const all = await api.list(hooks);
      return only(all, (each) => each['name'] === name, `event hook "${name}"`);
    },
    // Okta never shows the secret, so it cannot be compared.
    wanted: () => ({
      name,
      status: 'ACTIVE',
      events: { type: 'EVENT_TYPE', items: events },
      channel: { type: 'HTTP', version: '1.0.0', config: { uri: url } },
    }),
    async create(api, { status: _, ...body }) {
      return idIn(await api.send('POST', hooks, merge(body, withSecret)));
    },
    async update(api, { id, current }, body) {
      await api.send('PUT', `${hooks}/${id}`, merge(body, withSecret));
      if (current['status'] === 'ACTIVE') return;
      await api.send('POST', `${hooks}/${id}/lifecycle/activate`);
    },
  };
}

function verification({ url }: Hook): Resource {
  const path = (id: string) => `${hooks}/${id}`;
  return {
    key: 'eventHook.verification',
    kind: 'Event hook verification',
    name: url,
    parents: ['eventHook'],
    async find(api, ids) {
      const current = await api.get(path(idOf(ids, 'eventHook')));
      if (current?.['verificationStatus'] !== 'VERIFIED') return null;
      return { id: idOf(ids, 'eventHook'), current };
    },
    wanted: () => ({}),
    async create(api, _, ids) {
      const id = idOf(ids, 'eventHook');
      try {
        await api.send('POST', `${path(id)}/lifecycle/verify`);
      } catch (error) {
        if (!(error instanceof AdminApiError) || error.status !== 400) throw error;
        throw new Conflict(
          `Okta cannot verify the event hook: the API has to answer at ${url}, with the same OKTA_HOOK_SECRET, to a call from the internet. ${error.message}`,
        );
      }
      return id;
    },
  };
}
