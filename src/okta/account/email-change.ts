import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import type { RunToCompletion } from '../../async/run-to-completion.ts';
import {
  AccountError,
  LogInDenied,
  TransactionInvalid,
  UpstreamUnavailable,
  ValidationFailed,
} from '../../identity/errors.ts';
import type { CallContext, RequestedEmailChange, User } from '../../identity/model.ts';
import { EmailCodeInvalid } from '../../identity/own-account-errors.ts';
import type { IdentityProvider } from '../../identity/port.ts';
import type { Lifecycle } from '../management/lifecycle.ts';
import type { Management } from '../management/sdk.ts';
import { readUser } from '../management/users.ts';
import type { TokenEndpoints } from '../oauth/token-endpoints.ts';
import { unexpectedAnswer } from '../wire/answer.ts';
import type { MyAccount } from './my-account.ts';

type EmailChange = Pick<IdentityProvider, 'requestEmailChange' | 'confirmEmailChange'>;

/** The same as Okta's. */
const challengeLifeMs = 5 * 60_000;

interface Options {
  /** The log-in of the customer, for a token with `myAccountScopes` and without a refresh token. */
  readonly logIn: IdentityProvider['logIn'];
  readonly tokens: Pick<TokenEndpoints, 'revoke'>;
  readonly myAccount: MyAccount;
  readonly lifecycle: Pick<Lifecycle, 'find'>;
  readonly findUsers: IdentityProvider['findUsers'];
  readonly management: Management;
  readonly runToCompletion: RunToCompletion;
  readonly now: () => number;
}

const continuationState = z.object({
  accessToken: z.string(),
  emailId: z.string(),
  challengeId: z.string(),
  userId: z.string(),
  from: z.string(),
  to: z.string(),
  /** Whether the login of the account is an e-mail address. */
  changesLogin: z.boolean(),
  /** 0 if the address belongs to another account. A number, so that both have the same length. */
  sent: z.union([z.literal(0), z.literal(1)]),
});
type State = z.infer<typeof continuationState>;

/**
 * Uses Okta's MyAccount API, the only one that sends a code to a new address: factors use the addresses
 * that the account has. It changes only the address, so the login is set here.
 */
export function createEmailChange(options: Options): EmailChange {
  return {
    requestEmailChange: (user, change, context) => request(user, change, { ...options, context }),

    async confirmEmailChange({ continuation, code }, context) {
      const state = continuationState.parse(JSON.parse(continuation));
      if (state.sent === 0) throw new EmailCodeInvalid();
      // An aborted request must not leave the address changed and the login not.
      return options.runToCompletion(context, async (ownContext) => {
        const own = { ...options, context: ownContext };
        await verify(state, code, own);
        const user = await applyChange(state, own);
        await revokeToken(state.accessToken, own);
        return user;
      });
    },
  };
}

type Context = Options & { readonly context: CallContext };

interface Change {
  readonly newEmail: string;
  readonly password: string;
}

async function request(
  user: User,
  { newEmail, password }: Change,
  parts: Context,
): Promise<RequestedEmailChange> {
  const { logIn, runToCompletion, context } = parts;
  const outcome = await logIn({ email: user.login, password }, context);
  if (outcome.kind !== 'tokens') {
    throw new LogInDenied(outcome.kind === 'passwordExpired' ? 'STATE' : 'MFA');
  }
  const { accessToken } = outcome.tokens;
  // An aborted request must not leave the token valid.
  return runToCompletion(context, async (ownContext) => {
    const begun = { ...parts, context: ownContext };
    try {
      const requested = await begin(user, { newEmail, accessToken }, begun);
      context.signal.throwIfAborted();
      return requested;
    } catch (error) {
      await revokeToken(accessToken, begun);
      throw error;
    }
  });
}

async function begin(
  user: User,
  { newEmail, accessToken }: { readonly newEmail: string; readonly accessToken: string },
  parts: Context,
): Promise<RequestedEmailChange> {
  const { lifecycle, myAccount, context } = parts;
  // Not derived from the current address of the account, since a change may be half done.
  const changesLogin = user.login.includes('@');
  const state = { accessToken, userId: user.id, from: user.email, to: newEmail, changesLogin };
  const holder = await lifecycle.find(newEmail, context);
  if (holder !== null && holder.id !== user.id) {
    await revokeToken(accessToken, parts);
    return { ...decoyRequest(state, parts.now()), taken: true };
  }
  const isHalfDone =
    changesLogin && isSameAddress(user.email, newEmail) && !isSameAddress(user.login, newEmail);
  // Okta sends no code to the address that the account already has, so that half is undone.
  if (isHalfDone) await setEmailAndLogin(user.id, { email: user.login }, parts);
  const as = { accessToken, context };
  const emailId = await myAccount.addEmail(newEmail, as);
  if (emailId === null) {
    throw new ValidationFailed([{ field: 'newEmail', problem: 'NOT_ALLOWED' }]);
  }
  const { id: challengeId, expiresAt } = await myAccount.sendCode(emailId, as);
  const from = isHalfDone ? user.login : user.email;
  const continuation = writeState({ ...state, from, emailId, challengeId, sent: 1 });
  return { continuation, expiresAt, taken: false };
}

/** Resolves once the account has the new address. */
async function verify(state: State, code: string, parts: Context): Promise<void> {
  const { emailId, challengeId: id, accessToken, userId, to } = state;
  const { myAccount, findUsers, context } = parts;
  let refusal: TransactionInvalid | null = null;
  try {
    await myAccount.verify({ emailId, id, code }, { accessToken, context });
  } catch (error) {
    // An earlier attempt, whose answer was lost, may have verified it.
    if (!(error instanceof TransactionInvalid)) throw error;
    refusal = error;
  }
  // The answer has no body, so it may come from a proxy. Check before the login is changed.
  const user = (await findUsers([userId], context)).get(userId);
  if (user instanceof UpstreamUnavailable) throw user;
  if (user !== undefined && isSameAddress(user.email, to)) return;
  throw refusal ?? unexpectedAnswer('a code that was accepted but changed nothing');
}

async function applyChange(state: State, parts: Context): Promise<User> {
  const { userId, from, to, changesLogin } = state;
  try {
    return await setEmailAndLogin(userId, { email: to, ...(changesLogin && { login: to }) }, parts);
  } catch (error) {
    const mayBeFinished = error instanceof AccountError && error.retryable;
    // For example, another account was created with the address meanwhile. Undoes the change.
    if (!mayBeFinished) await setEmailAndLogin(userId, { email: from }, parts);
    throw error;
  }
}

/** Retries once, since Okta has changed the address already. */
async function setEmailAndLogin(
  userId: string,
  profile: { readonly email: string; readonly login?: string },
  { management, context }: Context,
): Promise<User> {
  const call = () =>
    management('users/update', context, async (api, _sdk, skip) =>
      readUser(await api.updateUser({ userId, user: { profile } }), skip),
    );
  try {
    return await call();
  } catch (error) {
    if (!(error instanceof UpstreamUnavailable)) throw error;
    return call();
  }
}

/**
 * The token expires within an hour, so a failure here is no error for the caller. So does a token whose
 * code is never sent to us; only the sealed handle contains it.
 */
async function revokeToken(accessToken: string, { tokens, context }: Context): Promise<void> {
  try {
    await tokens.revoke(accessToken, 'access_token', context);
  } catch (error) {
    if (!(error instanceof AccountError)) throw error;
  }
}

function isSameAddress(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}

/** Padded in steps, since the length of the sealed handle reveals the length of its content. */
const continuationStep = 1024;

function writeState(state: State): string {
  const text = JSON.stringify(state);
  return text.padEnd(Math.ceil(text.length / continuationStep) * continuationStep);
}

/** For an address of another account: looks like a request that Okta has accepted. */
function decoyRequest(state: Omit<State, 'emailId' | 'challengeId' | 'sent'>, now: number) {
  const emailId = randomBytes(16).toString('hex');
  const challengeId = `myaccount.${randomBytes(16).toString('base64url')}`;
  return {
    continuation: writeState({ ...state, emailId, challengeId, sent: 0 }),
    expiresAt: new Date(now + challengeLifeMs),
  };
}
