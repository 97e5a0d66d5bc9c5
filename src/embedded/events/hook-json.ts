import { isoDate } from '../users/user-json.ts';
import type { EventHookEntity } from './hook-entity.ts';

const post = (href: string) => ({ href, hints: { allow: ['POST'] } });

/** @param url of the org */
export function hookJson(url: string, hook: EventHookEntity): Record<string, unknown> {
  const { name, description, eventTypes, channel } = hook.settings;
  const { uri, headers, auth } = channel;
  const self = `${url}/api/v1/eventHooks/${hook.id}`;
  return {
    id: hook.id,
    status: hook.status,
    verificationStatus: hook.verified ? 'VERIFIED' : 'UNVERIFIED',
    name,
    description,
    created: isoDate(hook.created),
    createdBy: hook.createdBy,
    lastUpdated: isoDate(hook.lastUpdated),
    events: { type: 'EVENT_TYPE', items: eventTypes, filter: null },
    channel: {
      type: 'HTTP',
      version: '1.0.0',
      config: {
        uri,
        headers,
        method: 'POST',
        ...(auth !== null && { authScheme: { type: 'HEADER', key: auth.key } }),
      },
    },
    _links: {
      self: { href: self },
      ...(hook.status === 'ACTIVE'
        ? {
            verify: post(`${self}/lifecycle/verify`),
            deactivate: post(`${self}/lifecycle/deactivate`),
          }
        : {
            activate: post(`${self}/lifecycle/activate`),
            delete: { href: self, hints: { allow: ['DELETE'] } },
          }),
    },
  };
}
