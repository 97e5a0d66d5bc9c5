import type { OktaCallRecord } from '../../okta/wire/call-record.ts';
import { type Check, defineCheck, type Patient, type Problem } from '../check.ts';

export const headroomChecks: readonly Check[] = [
  defineCheck(
    {
      code: 'D47',
      area: 'network and rate limits',
      title: "Okta's rate limits have room for this API",
      needs: [],
      explainedBy: ['D01', 'D03', 'D07', 'D08', 'D23', 'D24', 'D25', 'D27', 'D28', 'D29'],
    },
    tooNarrow,
  ),
];

type Endpoint = OktaCallRecord['endpoint'];

/** What the probes call, by the limits that customers meet first. */
const watched: readonly { readonly endpoint: Endpoint; readonly name: string }[] = [
  { endpoint: 'token/refresh_token', name: 'the token endpoint' },
  { endpoint: 'introspect', name: 'introspection' },
  { endpoint: 'users/list', name: '/api/v1/users' },
  { endpoint: 'logs/list', name: '/api/v1/logs' },
];

/** A worker has room for far more; fewer than this leave it idle. */
const logInsOfWorker = 60;
/** Okta lets one token or app use half of each limit, unless an administrator has changed that. */
const share = 0.5;
const nearlyUsed = 0.1;

/** The headers X-Rate-Limit-* of calls that other checks make as well. */
async function tooNarrow(patient: Patient): Promise<readonly Problem[]> {
  const { probes, config } = patient;
  const polls = config.events.logPollSeconds > 0;
  await probes.client();
  await probes.users();
  if (polls) await probes.systemLog();
  const token = probes.rateLimitAt('token/refresh_token');
  const logs = polls ? probes.rateLimitAt('logs/list') : null;
  const pollsPerMinute = polls ? Math.round(60 / config.events.logPollSeconds) : 0;
  const wanted = logInsOfWorker * config.workers;
  const used = watched.flatMap(({ endpoint, name }) => {
    const limit = probes.rateLimitAt(endpoint);
    return limit !== null && limit.remaining < limit.limit * nearlyUsed
      ? [`${limit.remaining} of ${limit.limit} at ${name}`]
      : [];
  });
  return [
    ...(used.length > 0 ? [nearlyExhausted(used)] : []),
    ...(token !== null && token.limit < wanted
      ? [moreWorkersThanLimit(token.limit, config.workers)]
      : []),
    ...(logs !== null && pollsPerMinute > logs.limit * share
      ? [tooManyPolls(pollsPerMinute, logs.limit)]
      : []),
  ];
}

const dashboard = 'Reports > Rate Limits';

function nearlyExhausted(left: readonly string[]): Problem {
  return {
    severity: 'note',
    message: `Okta's rate limits of this minute are nearly used up. Left: ${left.join(', ')}.`,
    seen: 'When none is left, log-ins and refreshes answer RateLimited until the minute is over.',
    oktaSays: 'API call exceeded rate limit due to too many requests. (E0000047)',
    fix: `Find out what else calls the org (${dashboard}), and ask Okta for higher limits.`,
    call: null,
  };
}

function moreWorkersThanLimit(limit: number, workers: number): Problem {
  return {
    severity: 'note',
    message: `Okta allows ${limit} token requests a minute, which is less than one log-in a second for each of the ${workers} workers.`,
    seen: `From request ${limit + 1} of a minute on, log-ins and refreshes answer RateLimited. More workers do not help.`,
    oktaSays: null,
    fix: `Ask Okta for a higher limit of the token endpoint (${dashboard}), or lower WORKERS.`,
    call: null,
  };
}

function tooManyPolls(pollsPerMinute: number, limit: number): Problem {
  return {
    severity: 'note',
    message: `OKTA_LOG_POLL_SECONDS makes ${pollsPerMinute} requests a minute, and Okta allows ${limit} at /api/v1/logs, of which one client gets half by default.`,
    seen: 'The System Log is read late, so changes at Okta are noticed late.',
    oktaSays: null,
    fix: `Set OKTA_LOG_POLL_SECONDS to ${Math.ceil(60 / (limit * share))} or more, or raise the share of the service app (${dashboard}).`,
    call: null,
  };
}
