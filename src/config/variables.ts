/** Every variable that is read; `.env.example` documents exactly these. */
export const variableNames = [
  'NODE_ENV',
  'NODE_TLS_REJECT_UNAUTHORIZED',
  'EXPOSE_DEVELOPMENT',
  'HOST',
  'PORT',
  'PUBLIC_URL',
  'CORS_ORIGINS',
  'TRUSTED_PROXIES',
  'LOG_LEVEL',
  'REQUEST_TIMEOUT_MS',
  'DRAIN_MS',
  'MAX_CONNECTIONS',
  'KEEP_ALIVE_SECONDS',
  'DOCUMENTS_FILE',
  'PROFILE_FILE',
  'OKTA_ISSUER',
  'OKTA_ALLOW_ORG_SERVER',
  'OKTA_AUDIENCE',
  'OKTA_CLIENT_ID',
  'OKTA_CLIENT_AUTH_METHOD',
  'OKTA_CLIENT_SECRET',
  'OKTA_CLIENT_PRIVATE_KEY',
  'OKTA_CLIENT_KEY_ID',
  'OKTA_API_TOKEN',
  'OKTA_SERVICE_CLIENT_ID',
  'OKTA_SERVICE_PRIVATE_KEY',
  'OKTA_SERVICE_KEY_ID',
  'OKTA_LOG_IN_FLOW',
  'OKTA_REDIRECT_URI',
  'OKTA_SCOPES',
  'OKTA_ACCEPTED_CLIENT_IDS',
  'OKTA_SIGN_UP_GROUP_IDS',
  'OKTA_USER_BATCH_SIZE',
  'OKTA_CALL_TIMEOUT_MS',
  'OKTA_HOOK_SECRET',
  'OKTA_LOG_POLL_SECONDS',
  'EMBEDDED_OKTA_PORT',
  'EMBEDDED_OKTA_FILE',
  'EMBEDDED_OKTA_NAMES',
  'SERVICE_CLIENTS',
  'SERVICE_SCOPE',
  'SIGN_UP',
  'ENUMERATION',
  'ANSWER_FLOOR_MS',
  'RATE_LIMITS',
  'SEALING_KEY',
  'SECRETS_DIR',
  'REFRESH_GRACE_SECONDS',
  'PROFILE_TTL_SECONDS',
  'REDIS_URL',
  'REDIS_USERNAME',
  'REDIS_PASSWORD',
  'REDIS_SENTINEL_USERNAME',
  'REDIS_SENTINEL_PASSWORD',
  'REDIS_TLS_CA_FILE',
  'REDIS_TLS_CERT_FILE',
  'REDIS_TLS_KEY_FILE',
  'WORKERS',
  'METRICS_PORT',
  'METRICS_HOST',
] as const;

export type VariableName = (typeof variableNames)[number];

/**
 * For the commands setup and doctor alone: it may change the whole org, so no process that serves
 * customers may have it, and no file.
 */
export const adminTokenName = 'OKTA_ADMIN_TOKEN';

/** Variables that may be files of SECRETS_DIR. A key id goes with its key, a user name with its password. */
export const secretNames: readonly VariableName[] = [
  'OKTA_CLIENT_SECRET',
  'OKTA_CLIENT_PRIVATE_KEY',
  'OKTA_CLIENT_KEY_ID',
  'OKTA_API_TOKEN',
  'OKTA_SERVICE_PRIVATE_KEY',
  'OKTA_SERVICE_KEY_ID',
  'OKTA_HOOK_SECRET',
  'SERVICE_CLIENTS',
  'SEALING_KEY',
  'REDIS_URL',
  'REDIS_USERNAME',
  'REDIS_PASSWORD',
  'REDIS_SENTINEL_USERNAME',
  'REDIS_SENTINEL_PASSWORD',
];

/** The variable that a misspelt name probably means. */
export function nearestVariable(
  name: string,
  among: readonly VariableName[] = variableNames,
): VariableName {
  const byDistance = among.map((known) => ({ known, distance: distance(name, known) }));
  return byDistance.reduce((best, next) => (next.distance < best.distance ? next : best)).known;
}

/** Levenshtein distance: characters to insert, delete or replace. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const replaced = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
