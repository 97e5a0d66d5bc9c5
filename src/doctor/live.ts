import { randomBytes, randomUUID } from 'node:crypto';
import { LogInDenied, ProviderMisconfigured, UpstreamUnavailable } from '../identity/errors.ts';
import type { CallContext, Tokens } from '../identity/model.ts';
import type { IdentityProvider } from '../identity/port.ts';
import { createOktaProvider } from '../okta/provider.ts';
import { type Check, defineCheck, type Patient, type Problem } from './check.ts';
import { wordsOf } from './probes.ts';

/** What a customer does, in this order. Each step needs those before it. */
type Step =
  | 'signUp'
  | 'logIn'
  | 'refreshToken'
  | 'validateToken'
  | 'requestPasswordReset'
  | 'logOut';

/** Makes a customer and deletes it, by the calls that the API makes for real ones. */
export const liveCheck: Check = defineCheck(
  {
    code: 'D49',
    area: 'a customer',
    title: 'A new customer can log in, refresh, reset the password, log out and leave',
    needs: [],
    live: true,
  },
  async (patient) => {
    const { okta, now } = patient;
    const provider = createOktaProvider(okta, { now, observe: () => undefined });
    try {
      return await visit(provider, patient);
    } finally {
      await provider.close();
    }
  },
);

/** An address in a domain that no mail reaches (RFC 2606 section 2), and a password for any policy. */
function newCustomer() {
  return {
    email: `doctor-${randomUUID()}@example.invalid`,
    password: `Aa1!${randomBytes(18).toString('base64url')}`,
    firstName: 'Doctor',
    lastName: 'Check',
    mobilePhone: null,
    locale: null,
  };
}

async function visit(provider: IdentityProvider, patient: Patient): Promise<readonly Problem[]> {
  const customer = newCustomer();
  const context = () => contextOf(patient, patient.interrupted);
  const done: { step: Step; userId: string | null } = { step: 'signUp', userId: null };
  const found: Problem[] = [];
  let mayExist = true;
  try {
    done.userId = (await provider.createUser(customer, context())).id;
    found.push(...(await liveOn(provider, { customer, context, done, userId: done.userId })));
  } catch (error) {
    found.push(failed(done.step, error));
    mayExist = done.userId !== null || isUncertain(error, patient);
  }
  // After Ctrl+C too.
  if (!mayExist) return found;
  const { userId } = done;
  return [...found, ...(await removed(provider, patient, { userId, email: customer.email }))];
}

interface Visit {
  readonly customer: ReturnType<typeof newCustomer>;
  readonly context: () => CallContext;
  readonly userId: string;
  /** The current step, so that a failure can name it. */
  readonly done: { step: Step };
}

async function liveOn(
  provider: IdentityProvider,
  { customer, context, userId, done }: Visit,
): Promise<readonly Problem[]> {
  done.step = 'logIn';
  const outcome = await provider.logIn(customer, context());
  if (outcome.kind !== 'tokens') return [unfinishedLogIn(outcome.kind)];
  if (outcome.tokens.refreshToken === null) return [noRefreshToken];
  done.step = 'refreshToken';
  const tokens = await refreshTwice(provider, outcome.tokens.refreshToken, context);
  done.step = 'validateToken';
  const before = await expectActive(provider, tokens, { active: true, context });
  done.step = 'requestPasswordReset';
  await (await provider.passwordResetMail(customer.email, context()))(context());
  done.step = 'logOut';
  await provider.endAllSessions(userId, context());
  return [...before, ...(await expectActive(provider, tokens, { active: false, context }))];
}

/** Whether Okta may have made the account, although no answer says so. */
function isUncertain(error: unknown, { interrupted }: Patient): boolean {
  const isOutOfTime = error instanceof Error && error.name === 'TimeoutError';
  return interrupted.aborted || isOutOfTime || error instanceof UpstreamUnavailable;
}

/** A sign-up whose answer was lost may have made the account. */
async function removed(
  provider: IdentityProvider,
  patient: Patient,
  { userId, email }: { readonly userId: string | null; readonly email: string },
): Promise<readonly Problem[]> {
  let id = userId;
  try {
    id ??= (await provider.findNewUser(email, contextOf(patient)))?.id ?? null;
    if (id !== null) await provider.deleteAccount(id, contextOf(patient));
    return [];
  } catch (error) {
    return [notDeleted(id, error)];
  }
}

function contextOf({ okta }: Patient, interrupted?: AbortSignal): CallContext {
  const timeout = AbortSignal.timeout(5 * okta.callTimeoutMs);
  const signal = interrupted === undefined ? timeout : AbortSignal.any([interrupted, timeout]);
  return { requestId: 'doctor', signal, shopper: null };
}

/** As two tabs do: within the grace period both get tokens. */
async function refreshTwice(
  provider: IdentityProvider,
  refreshToken: string,
  context: () => CallContext,
): Promise<Tokens> {
  const [first] = await Promise.all([
    provider.refresh(refreshToken, context()),
    provider.refresh(refreshToken, context()),
  ]);
  return first;
}

async function expectActive(
  provider: IdentityProvider,
  { accessToken }: Tokens,
  expected: { readonly active: boolean; readonly context: () => CallContext },
): Promise<readonly Problem[]> {
  const { active } = await provider.introspect(accessToken, expected.context());
  if (active === expected.active) return [];
  return [
    {
      severity: 'error',
      message: active
        ? 'An access token is still active after all sessions of its customer have ended.'
        : 'Okta reports an access token as inactive that it has just issued.',
      seen: active
        ? 'After logOut everywhere, validateToken may say active until the token expires.'
        : 'validateToken with INTROSPECT answers active: false for every token.',
      oktaSays: `{"active":${active}}`,
      fix: 'Check that OKTA_ISSUER is the authorization server that issues the tokens (D01, D04).',
      call: null,
    },
  ];
}

const noRefreshToken: Problem = {
  severity: 'error',
  message: 'A log-in gives no refresh token.',
  seen: 'Customers are logged out when their access token expires.',
  oktaSays: null,
  fix: 'D17 finds the cause: run okta-account-api doctor --only D17 with OKTA_ADMIN_TOKEN.',
  call: null,
};

function unfinishedLogIn(kind: string): Problem {
  return {
    severity: 'error',
    message: `A log-in with the right password of a new customer ends with ${kind}.`,
    seen: 'Every new customer has to take this step at the first log-in.',
    oktaSays: null,
    fix: 'Add a sign-in rule that a password alone satisfies (D14), or support the step in your pages.',
    call: null,
  };
}

function failed(step: Step, error: unknown): Problem {
  const isKnown = error instanceof ProviderMisconfigured || error instanceof LogInDenied;
  const code = isKnown ? error.doctor : null;
  const type = error instanceof ProviderMisconfigured ? 'INTERNAL' : nameOf(error);
  return {
    severity: 'error',
    message: `${step} of a new customer fails.`,
    seen: `${step} answers ${type}.`,
    oktaSays: error instanceof ProviderMisconfigured ? wordsOf(error.detail) : null,
    fix:
      code === null
        ? "Look for the call in Okta's System Log (Reports > System Log), and its text in docs/troubleshooting.md."
        : `${code} finds the cause: run okta-account-api doctor --only ${code} with OKTA_ADMIN_TOKEN.`,
    call: null,
  };
}

/** @param userId null: Okta's answer with the id was lost */
function notDeleted(userId: string | null, error: unknown): Problem {
  const customer = userId ?? 'with a login at example.invalid';
  return {
    severity: 'error',
    message: `The customer ${customer} that the doctor made may be left in the org.`,
    seen: `deleteAccount answers ${nameOf(error)}.`,
    oktaSays: error instanceof ProviderMisconfigured ? wordsOf(error.detail) : null,
    fix: 'Delete the user by hand (Directory > People), and check that the management credential may manage users (D26).',
    call: userId === null ? null : `DELETE /api/v1/users/${userId}`,
  };
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.constructor.name : 'an unknown error';
}
