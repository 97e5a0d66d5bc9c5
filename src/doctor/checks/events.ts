import { hookEvents, hookPath } from '../../org/event-hook.ts';
import { textAt, textsAt } from '../../org/json.ts';
import { type Check, defineCheck, type Problem } from '../check.ts';

const menu = 'Workflow > Event Hooks';

export const eventChecks: readonly Check[] = [
  defineCheck(
    {
      code: 'D41',
      area: 'events',
      title: 'An event hook calls this API, where OKTA_HOOK_SECRET is set',
      needs: ['okta.eventHooks.read'],
    },
    async ({ admin, secrets }) => {
      if (admin === null || secrets.hookSecrets.length === 0) return [];
      const hooks = (await admin.list('/api/v1/eventHooks')).filter((hook) =>
        textAt(hook, 'channel', 'config', 'uri')?.endsWith(hookPath),
      );
      const hook = hooks.find((one) => textAt(one, 'status') === 'ACTIVE') ?? hooks[0] ?? null;
      if (hook === null) {
        // The second run of setup makes it, once the API can be reached.
        const missing = warning(`No event hook calls ${hookPath}.`, 'POST /api/v1/eventHooks');
        return [{ ...missing, severity: 'note' }];
      }
      const path = `/api/v1/eventHooks/${String(hook['id'])}`;
      const name = `The event hook "${textAt(hook, 'name')}"`;
      if (textAt(hook, 'verificationStatus') !== 'VERIFIED') {
        return [warning(`${name} is not verified.`, `POST ${path}/lifecycle/verify`)];
      }
      if (textAt(hook, 'status') !== 'ACTIVE') {
        return [warning(`${name} is inactive.`, `POST ${path}/lifecycle/activate`)];
      }
      const items = textsAt(hook, 'events', 'items');
      const missing = hookEvents.filter((event) => !items.includes(event));
      return missing.length === 0
        ? []
        : [warning(`${name} lacks the events ${missing.join(', ')}.`, `PUT ${path}`)];
    },
  ),
];

function warning(message: string, call: string): Problem {
  return {
    severity: 'warning',
    message,
    seen: 'Changes at Okta reach this API late, or not at all: a token of a suspended customer stays active until it expires.',
    oktaSays: null,
    fix: `Run okta-account-api setup --hook with the address of this API, or repair the hook (${menu}).`,
    call,
  };
}
