import { randomBytes, randomUUID } from 'node:crypto';
import { LogInDenied, ProviderMisconfigured } from '../identity/errors.ts';
import type { CallContext, Tokens } from '../identity/model.ts';
import type { IdentityProvider } from '../identity/port.ts';
import { createOktaProvider } from '../okta/provider.ts';
import { type Check, defineCheck, type Patient, type Problem } from './check.ts';
import { wordsOf } from './probes.ts';

/** What a customer does, in this order; a later step needs those before it. */
type Step =
  | 'signUp'
  | 'logIn'
  | 'refreshToken'
  | 'validateToken'
  | 'requestPasswordReset'
  | 'logOut'
  | 'closeAccount';

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

/** A domain that no mail reaches (RFC 2606 section 2), and a password for any policy. */
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
  let step: Step = 'signUp';
  let userId: string | null = null;
  const found: Problem[] = [];
  try {
    userId = (await provider.createUser(customer, context())).id;
    step = 'logIn';
    const outcome = await provider.logIn(customer, context());
    if (outcome.kind !== 'tokens') return [unfinishedLogIn(outcome.kind)];
    step = 'refreshToken';
    const tokens = await refreshTwice(provider, outcome.tokens, context);
    step = 'validateToken';
    found.push(...(await expectActive(provider, tokens, { active: true, context })));
    step = 'requestPasswordReset';
    await (await provider.passwordResetMail(customer.email, context()))(context());
    step = 'logOut';
    await provider.endAllSessions(userId, context());
    found.push(...(await expectActive(provider, tokens, { active: false, context })));
  } catch (error) {
    found.push(failed(step, error));
  } finally {
    // After Ctrl+C too.
    if (userId !== null) {
      const left = await provider.deleteAccount(userId, contextOf(patient)).then(
        () => null,
        (error: unknown) => notDeleted(userId ?? '', error),
      );
      if (left !== null) found.push(left);
    }
  }
  return found;
}

function contextOf({ okta }: Patient, interrupted?: AbortSignal): CallContext {
  const timeout = AbortSignal.timeout(5 * okta.callTimeoutMs);
  const signal = interrupted === undefined ? timeout : AbortSignal.any([interrupted, timeout]);
  return { requestId: 'doctor', signal, shopper: null };
}

/** As two tabs do: within the grace period both get tokens. */
async function refreshTwice(
  provider: IdentityProvider,
  { refreshToken }: Tokens,
  context: () => CallContext,
): Promise<Tokens> {
  // D17 tells of log-ins without one.
  if (refreshToken === null) throw new Error('The log-in gave no refresh token.');
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
        ? 'An access token is active after all sessions of its customer were ended.'
        : 'Okta calls an access token inactive that it has just issued.',
      seen: active
        ? 'After logOut everywhere, validateToken may say active until the token expires.'
        : 'validateToken with INTROSPECT answers active: false for everybody.',
      oktaSays: `{"active":${active}}`,
      fix: 'Check that OKTA_ISSUER is the authorization server that issues the tokens (D01, D04).',
      call: null,
    },
  ];
}

function unfinishedLogIn(kind: string): Problem {
  return {
    severity: 'error',
    message: `A log-in with the right password of a new customer ends with ${kind}.`,
    seen: 'Every new customer meets this step before the first log-in is done.',
    oktaSays: null,
    fix: 'Let a rule be satisfied by the password alone (D14), or build the step into your pages.',
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
        ? "Look for the call in Okta's System Log (Reports > System Log), and up its text in docs/troubleshooting.md."
        : `${code} finds the cause: run okta-account-api doctor --only ${code} with OKTA_ADMIN_TOKEN.`,
    call: null,
  };
}

function notDeleted(userId: string, error: unknown): Problem {
  return {
    severity: 'error',
    message: `The customer ${userId} that the doctor made is left in the org.`,
    seen: `closeAccount answers ${nameOf(error)}.`,
    oktaSays: error instanceof ProviderMisconfigured ? wordsOf(error.detail) : null,
    fix: 'Delete the user by hand (Directory > People), and see that the management credential may manage users (D26).',
    call: `DELETE /api/v1/users/${userId}`,
  };
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.constructor.name : 'an unknown error';
}
