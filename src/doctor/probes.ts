import type { OktaConfig } from '../config.ts';
import { ProviderMisconfigured } from '../identity/errors.ts';
import type { CallContext } from '../identity/model.ts';
import { createOrgProbe } from '../okta/org-probe.ts';
import type { OktaCallRecord, RateLimit } from '../okta/wire/call-record.ts';

/** `refused` holds Okta's words; null: Okta accepted the call. */
export type Outcome<Answer> =
  | { readonly refused: null; readonly answer: Answer }
  | { readonly refused: string };

type Probe<Answer> = () => Promise<Outcome<Answer>>;

/**
 * Harmless calls with the settings of production, each of which is made once. They throw where Okta
 * gives no answer to judge by.
 */
export interface Probes {
  /** What the authorization server calls itself. */
  readonly issuer: Probe<string>;
  /** Id and secret, or key, of the customers' app, and that it demands no DPoP. */
  readonly client: Probe<void>;
  /** The redirect URI and the scopes of the flow `authn`; nothing is asked for the other one. */
  readonly authorize: Probe<void>;
  /** The number of users that the management credential sees, at most 1. */
  readonly users: Probe<number>;
  /** Which of the scopes that this API uses the service app does not get. */
  readonly missingScopes: Probe<readonly string[]>;
  /** The management credential may change users. */
  readonly manageUsers: Probe<void>;
  /** The System Log can be read. */
  readonly systemLog: Probe<void>;
  /**
   * A refused refresh for a shopper of `shopperAddress`. The answer is Okta's id of the request; null: it
   * names none.
   */
  readonly forForeignShopper: Probe<string | null>;
  /** By the last call of these probes to an endpoint, such as `token`. Null: none has shown it. */
  rateLimitAt(endpoint: OktaCallRecord['endpoint']): RateLimit | null;
  close(): Promise<void>;
}

/** Reserved for documentation (RFC 5737), so no machine has it. */
export const shopperAddress = '203.0.113.7';

interface Options {
  /** Scopes that this API asks for. */
  readonly scopes: readonly string[];
  readonly now: () => number;
}

/** @throws TypeError for a private key that cannot be used */
export function createProbes(okta: OktaConfig, { scopes, now }: Options): Probes {
  const calls: OktaCallRecord[] = [];
  const lastCall = (wanted: (call: OktaCallRecord) => boolean) => calls.findLast(wanted) ?? null;
  const probe = createOrgProbe(okta, {
    now,
    observe: (call) => calls.push(call),
    onMissingScopes: () => undefined,
  });
  const once = <Answer>(ask: (context: CallContext) => Promise<Answer>): Probe<Answer> => {
    let outcome: Promise<Outcome<Answer>> | null = null;
    return () => {
      outcome ??= outcomeOf(ask, okta.callTimeoutMs);
      return outcome;
    };
  };
  return {
    issuer: once(probe.issuer),
    client: once(probe.client),
    authorize: once(probe.authorize),
    users: once(probe.users),
    missingScopes: once((context) => probe.missingScopes(scopes, context)),
    manageUsers: once(probe.manageUsers),
    systemLog: once(probe.systemLog),
    forForeignShopper: once(async (context) => {
      const requestId = 'doctor-forwarded';
      const shopper = {
        clientIp: shopperAddress,
        userAgent: null,
        deviceId: null,
        language: null,
      };
      await probe.refusedRefresh({ ...context, requestId, shopper });
      return lastCall((call) => call.requestId === requestId)?.oktaRequestId ?? null;
    }),
    rateLimitAt: (endpoint) =>
      lastCall((call) => call.endpoint === endpoint && call.rateLimit !== null)?.rateLimit ?? null,
    close: probe.close,
  };
}

async function outcomeOf<Answer>(
  ask: (context: CallContext) => Promise<Answer>,
  callTimeoutMs: number,
): Promise<Outcome<Answer>> {
  // A probe makes up to five calls: those of a DPoP handshake, and its own.
  const signal = AbortSignal.timeout(5 * callTimeoutMs);
  try {
    const answer = await ask({ requestId: 'doctor', signal, shopper: null });
    return { refused: null, answer };
  } catch (error) {
    if (error instanceof ProviderMisconfigured) return { refused: error.detail };
    throw error;
  }
}

/** Okta's words of a refusal, without the name of the call. */
export function wordsOf(refused: string): string {
  return refused.replace(/^[\w/-]+: /, '');
}
