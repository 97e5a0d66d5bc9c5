import type { RedisSettings } from '../../config.ts';
import type { AdminApi } from '../../org/admin-api.ts';
import { RedisUnavailable, redisCodeOf } from '../../redis/codes.ts';
import { connectRedis } from '../../redis/connect.ts';
import { type Check, defineCheck, type Patient, type Problem } from '../check.ts';
import { readApp } from '../org-objects.ts';

/** Faults outside Okta. The settings themselves were checked before. */
export const ownSideChecks: readonly Check[] = [
  defineCheck(
    {
      code: 'D48',
      area: 'this machine',
      title: 'Redis works, and the accepted clients are known',
      needs: [],
      explainedBy: ['D08'],
    },
    async (patient) => [...(await redisProblems(patient)), ...(await clientProblems(patient))],
  ),
];

const accepted = 'OKTA_ACCEPTED_CLIENT_IDS';

async function clientProblems({ okta, admin }: Patient): Promise<readonly Problem[]> {
  const { clientId, acceptedClientIds } = okta;
  const others = acceptedClientIds.filter((id) => id !== clientId);
  const unknown = admin === null ? [] : await unknownApps(admin, others);
  const problems: Problem[] = [];
  if (!acceptedClientIds.includes(clientId)) {
    problems.push({
      severity: 'error',
      message: `${accepted} lacks ${clientId}, the app of OKTA_CLIENT_ID.`,
      seen: 'Log-ins work, and then every access token is refused with TOKEN_INVALID.',
      oktaSays: null,
      fix: `Add ${clientId} to ${accepted}, or remove the variable.`,
      call: null,
    });
  }
  if (unknown.length > 0) {
    problems.push({
      severity: 'error',
      message: `${accepted} names ${unknown.join(', ')}, which is not an app of the org.`,
      seen: 'Access tokens of the intended app are refused with TOKEN_INVALID.',
      oktaSays: null,
      fix: `Set ${accepted} to client ids of this org (Applications > the app > General).`,
      call: null,
    });
  }
  return problems;
}

/** Empty also where the admin token may not read apps. */
async function unknownApps(admin: AdminApi, ids: readonly string[]): Promise<readonly string[]> {
  const unknown: string[] = [];
  for (const id of ids) {
    const app = await readApp(admin, id).catch(() => undefined);
    if (app === null) unknown.push(id);
  }
  return unknown;
}

/** Writes a key, as the API does, and asks for the time. */
const script = `
  redis.call('set', KEYS[1], '', 'PX', 10000)
  return redis.call('time')`;

async function redisProblems({ okta, secrets, now }: Patient): Promise<readonly Problem[]> {
  if (secrets.redis === null) return [];
  const asked = await ask(secrets.redis, okta.orgUrl, now);
  if ('failure' in asked) return [redisFails(asked.failure)];
  const seconds = Math.round(asked.skewMs / 1000);
  return Math.abs(seconds) > 2 ? [clocksDiffer(seconds)] : [];
}

type Asked = { readonly failure: string } | { readonly skewMs: number };

/** How far this clock is ahead of that of Redis, or why there is no telling. */
async function ask(settings: RedisSettings, orgUrl: string, now: () => number): Promise<Asked> {
  let redis: Awaited<ReturnType<typeof connectRedis>> | null = null;
  try {
    redis = await connectRedis(settings, { orgUrl });
    const [seconds, micros] = (await redis.eval(script, 1, 'doctor')) as readonly string[];
    return { skewMs: now() - (Number(seconds) * 1000 + Number(micros) / 1000) };
  } catch (error) {
    return { failure: reasonOf(error) };
  } finally {
    redis?.disconnect();
  }
}

/** In codes: texts may quote addresses and commands. */
function reasonOf(error: unknown): string {
  const own = error instanceof RedisUnavailable ? error.code : redisCodeOf(error);
  const { code } = error as { readonly code?: unknown };
  return own ?? (typeof code === 'string' ? code : 'no reason given');
}

function redisFails(reason: string): Problem {
  return {
    severity: 'error',
    message: `The Redis of REDIS_URL cannot be used: ${reason}.`,
    seen: 'Each process works alone: it notices log-outs of other processes late, and its rate limits count only its own requests.',
    oktaSays: null,
    fix: 'Check that Redis is running and reachable from here, and check its user name and password. docs/redis.md explains the reason.',
    call: null,
  };
}

function clocksDiffer(seconds: number): Problem {
  const side = seconds > 0 ? 'ahead of' : 'behind';
  return {
    severity: 'warning',
    message: `The clock of this machine is ${Math.abs(seconds)} s ${side} that of Redis.`,
    seen: 'Processes disagree on when limits and attempts expire.',
    oktaSays: null,
    fix: 'Set the clocks of both machines by NTP.',
    call: null,
  };
}
