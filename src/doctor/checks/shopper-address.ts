import { setTimeout as wait } from 'node:timers/promises';
import { type AdminApi, AdminApiError, type Json } from '../../org/admin-api.ts';
import { at, textAt } from '../../org/json.ts';
import type { Patient, Problem } from '../check.ts';
import { shopperAddress } from '../probes.ts';

/**
 * First whether a zone trusts anyone, and then the proof: a call for a shopper of another address, as
 * Okta's System Log has it.
 */
export async function shoppersHidden({
  admin,
  config,
  probes,
  interrupted,
}: Patient): Promise<readonly Problem[]> {
  // A machine of a developer has no address of its own.
  if (admin === null || !config.production) return [];
  const zones = await admin.list('/api/v1/zones?limit=200');
  if (!zones.some(trustsProxies))
    return [problem('No network zone of the org has a trusted proxy.')];
  const { refused, ...made } = await probes.forForeignShopper();
  const requestId = refused === null && 'answer' in made ? made.answer : null;
  const address = requestId === null ? null : await addressIn(admin, requestId, interrupted);
  if (address === null) {
    throw new AdminApiError("Okta's System Log does not show the test call of this check", {
      status: null,
    });
  }
  if (address === shopperAddress) return [];
  return [
    problem(
      `Okta ignores X-Forwarded-For from this machine: its log shows a call for ${shopperAddress} under ${address}, which is not a trusted proxy.`,
    ),
  ];
}

function trustsProxies(zone: Json): boolean {
  const proxies = at(zone, 'proxies');
  return textAt(zone, 'status') === 'ACTIVE' && Array.isArray(proxies) && proxies.length > 0;
}

const looks = 10;
const secondsBetween = 1;

/** Events are in the System Log after some seconds. Null: this one is not. */
async function addressIn(
  admin: AdminApi,
  requestId: string,
  signal: AbortSignal,
): Promise<string | null> {
  const filter = encodeURIComponent(`transaction.id eq "${requestId}"`);
  // A descending list ends; the other order is an endless one.
  const path = `/api/v1/logs?filter=${filter}&limit=1&sortOrder=DESCENDING`;
  for (let look = 1; ; look += 1) {
    const [event] = await admin.firstPage(path);
    if (event !== undefined) return textAt(event, 'client', 'ipAddress');
    if (look === looks) return null;
    await wait(secondsBetween * 1000, undefined, { signal });
  }
}

function problem(message: string): Problem {
  return {
    severity: 'warning',
    message,
    seen: "Okta sees one address for all customers: during an attack every log-in answers RateLimited, and Okta's reports show this API as the attacker.",
    oktaSays: null,
    fix: 'Run okta-account-api setup --egress with the addresses that this API calls Okta from, or add them as trusted proxy IPs, not as gateway IPs, of an IP zone (Security > Networks). Then run the doctor on the machine where the API runs.',
    call: 'POST /api/v1/zones with {"type":"IP","usage":"POLICY","proxies":[{"type":"CIDR","value":"…"}]}',
  };
}
