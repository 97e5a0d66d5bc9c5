import { isFresh } from '../cache/fresh.ts';
import { isOrgServer, type OktaSettings } from '../config.ts';
import type { CallContext, Tokens } from '../identity/model.ts';
import type { OnTokens } from '../okta/oauth/token-endpoints.ts';
import { claimsOf } from '../tokens/token/jwt.ts';
import type { TokenVerifier } from '../tokens/token/model.ts';
import { explainRefusal } from './explain-refusal.ts';
import type { Finding } from './finding.ts';
import type { Findings } from './findings.ts';

type Grant = Parameters<OnTokens>[1];

interface Options {
  readonly okta: OktaSettings;
  /** Returns the same object until the credentials are replaced. */
  readonly credentials: () => object;
  readonly verifier: TokenVerifier;
  readonly findings: Findings;
  /** Time limit of one check, which may load the issuer's keys or introspect a token. */
  readonly timeoutMs: number;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

/** How long to wait after a refused token before verifying another one. */
const againMs = 10_000;

/**
 * Verifies the first tokens of a configuration by the rules for customers' tokens. Without this, a
 * setting that does not match the org would show only later: the log-in works, and the calls after it
 * fail. While something is wrong, one token every ten seconds is verified.
 */
export function createTokenCheck(options: Options): OnTokens {
  const { credentials, findings, now } = options;
  const last = new Map<Grant, { readonly of: object; readonly at: number; wrong: boolean }>();
  return (tokens, grant) => {
    const before = last.get(grant);
    const isKnown = before?.of === credentials();
    if (isKnown && (!before.wrong || isFresh(now(), before.at, againMs))) return;
    const latest = { of: credentials(), at: now(), wrong: true };
    last.set(grant, latest);
    check(tokens, grant, options)
      .then(async (found) => {
        latest.wrong = found.length > 0;
        await findings.put(grant, found);
      })
      // The issuer did not answer. A later token is verified instead.
      .catch(() => undefined);
  };
}

async function check(
  tokens: Tokens,
  grant: Grant,
  { okta, verifier, timeoutMs, now }: Options,
): Promise<readonly Finding[]> {
  const signal = AbortSignal.timeout(timeoutMs);
  const context: CallContext = { requestId: 'log-in-check', signal, shopper: null };
  const how = { freshness: 'LOCAL', from: 'CUSTOMERS', opaque: 'INTROSPECT' } as const;
  const verdict = await verifier.verify(tokens.accessToken, how, context);
  const found: Finding[] = [];
  if (!verdict.active) {
    const token = tokens.accessToken;
    const about = { claims: claimsOf(token), length: token.length, okta, now: now() };
    found.push(explainRefusal(verdict.reason, about));
  }
  // A refresh returns the scopes of its log-in, which may be older than the settings.
  if (grant === 'LOG_IN') found.push(...scopeFindings(tokens, okta));
  return found;
}

function scopeFindings(tokens: Tokens, okta: OktaSettings): readonly Finding[] {
  const where = isOrgServer(okta) ? 'the app' : 'the access policy of the authorization server';
  const missing = okta.scopes.filter((scope) => !tokens.scopes.includes(scope));
  const found: Finding[] = [];
  if (missing.length > 0) {
    found.push({
      code: 'SCOPES',
      severity: 'MISCONFIGURED',
      message: `OKTA_SCOPES asks for ${missing.join(' ')}, but log-ins are granted only ${tokens.scopes.join(' ')}.`,
      fix: `Allow the scopes in a rule of ${where}, or take them out of OKTA_SCOPES.`,
    });
  }
  if (tokens.refreshToken === null) {
    found.push({
      code: 'SCOPES',
      severity: 'MISCONFIGURED',
      message:
        'Log-ins get no refresh token, so customers are logged out when the access token expires.',
      fix: `Tick the grant type Refresh Token of the app ${okta.clientId}, and allow offline_access in a rule of ${where}.`,
    });
  }
  return found;
}
