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
import { unexpected } from '../wire/answer.ts';
import type { MyAccount } from './my-account.ts';

type EmailChange = Pick<IdentityProvider, 'requestEmailChange' | 'confirmEmailChange'>;

/** As long as Okta's own. */
const challengeLifeMs = 5 * 60_000;

interface Options {
  /** As the customer logs in, for a token of `myAccountScopes` and none to refresh it with. */
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
  /** Whether the account logs in with an address. */
  changesLogin: z.boolean(),
  /** 0: the address is another account's. A number, so that both are of one length. */
  sent: z.union([z.literal(0), z.literal(1)]),
});
type State = z.infer<typeof continuationState>;

/**
 * By Okta's own flow for customers, since Okta sends no code to any other address: a factor is for
 * the addresses that the account has. It changes the address alone, so the login is set here.
 */
export function createEmailChange(options: Options): EmailChange {
  return {
    requestEmailChange: (user, change, context) => request(user, change, { ...options, context }),

    async confirmEmailChange({ continuation, code }, context) {
      const state = continuationState.parse(JSON.parse(continuation));
      if (state.sent === 0) throw new EmailCodeInvalid();
      // From here on a caller who goes away must not leave address and login apart.
      return options.runToCompletion(context, async (ownContext) => {
        const parts = { ...options, context: ownContext };
        await verify(state, code, parts);
        const user = await applyChange(state, parts);
        await revokeToken(state.accessToken, parts);
        return user;
      });
    },
  };
}

type Parts = Options & { readonly context: CallContext };

interface Change {
  readonly newEmail: string;
  readonly password: string;
}

async function request(
  user: User,
  { newEmail, password }: Change,
  parts: Parts,
): Promise<RequestedEmailChange> {
  const { logIn, runToCompletion, context } = parts;
  const outcome = await logIn({ email: user.login, password }, context);
  if (outcome.kind !== 'tokens') {
    throw new LogInDenied(outcome.kind === 'passwordExpired' ? 'STATE' : 'MFA');
  }
  const { accessToken } = outcome.tokens;
  // A caller who goes away must not leave the token behind.
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
  parts: Parts,
): Promise<RequestedEmailChange> {
  const { lifecycle, myAccount, context } = parts;
  // Not derived from the current address of the account: a change may have stopped half-way.
  const changesLogin = user.login.includes('@');
  const state = { accessToken, userId: user.id, from: user.email, to: newEmail, changesLogin };
  const holder = await lifecycle.find(newEmail, context);
  if (holder !== null && holder.id !== user.id) {
    await revokeToken(accessToken, parts);
    return { ...likeAnyOther(state, parts.now()), taken: true };
  }
  const isHalfDone =
    changesLogin && isSameAddress(user.email, newEmail) && !isSameAddress(user.login, newEmail);
  // Okta mails no code to the address that the account has, so that half is undone.
  if (isHalfDone) await setEmailAndLogin(user.id, { email: user.login }, parts);
  const as = { accessToken, context };
  const emailId = await myAccount.addEmail(newEmail, as);
  if (emailId === null) {
    throw new ValidationFailed([{ field: 'newEmail', problem: 'NOT_ALLOWED' }]);
  }
  const { id: challengeId, expiresAt } = await myAccount.sendCode(emailId, as);
  const from = isHalfDone ? user.login : user.email;
  const continuation = write({ ...state, from, emailId, challengeId, sent: 1 });
  return { continuation, expiresAt, taken: false };
}

/** The address of the account is the new one when it resolves. */
async function verify(state: State, code: string, parts: Parts): Promise<void> {
  const { emailId, challengeId: id, accessToken, userId, to } = state;
  const { myAccount, findUsers, context } = parts;
  let refusal: TransactionInvalid | null = null;
  try {
    await myAccount.verify({ emailId, id, code }, { accessToken, context });
  } catch (error) {
    // Verified by an attempt before, whose answer was lost?
    if (!(error instanceof TransactionInvalid)) throw error;
    refusal = error;
  }
  // An answer without a body could be anybody's, and the login is about to follow.
  const user = (await findUsers([userId], context)).get(userId);
  if (user instanceof UpstreamUnavailable) throw user;
  if (user !== undefined && isSameAddress(user.email, to)) return;
  throw refusal ?? unexpected('a code that was taken and changed nothing');
}

async function applyChange(state: State, parts: Parts): Promise<User> {
  const { userId, from, to, changesLogin } = state;
  try {
    return await setEmailAndLogin(userId, { email: to, ...(changesLogin && { login: to }) }, parts);
  } catch (error) {
    const mayBeFinished = error instanceof AccountError && error.retryable;
    // For example, another account was created with the address meanwhile: everything stays as it
    // was.
    if (!mayBeFinished) await setEmailAndLogin(userId, { email: from }, parts);
    throw error;
  }
}

/** Once more after a failure, since by now Okta has changed the address. */
async function setEmailAndLogin(
  userId: string,
  profile: { readonly email: string; readonly login?: string },
  { management, context }: Parts,
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
 * The token expires within the hour, so a failure here is no error for the caller. A token whose code
 * never comes expires as well: only the sealed handle holds it.
 */
async function revokeToken(accessToken: string, { tokens, context }: Parts): Promise<void> {
  try {
    await tokens.revoke(accessToken, 'access_token', context);
  } catch (error) {
    if (!(error instanceof AccountError)) throw error;
  }
}

function isSameAddress(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}

/** Padded in steps, since the length of the sealed handle shows the length of its content. */
const continuationStep = 1024;

function write(state: State): string {
  const text = JSON.stringify(state);
  return text.padEnd(Math.ceil(text.length / continuationStep) * continuationStep);
}

/** Of the shape and the life of Okta's own. */
function likeAnyOther(state: Omit<State, 'emailId' | 'challengeId' | 'sent'>, now: number) {
  const emailId = randomBytes(16).toString('hex');
  const challengeId = `myaccount.${randomBytes(16).toString('base64url')}`;
  return {
    continuation: write({ ...state, emailId, challengeId, sent: 0 }),
    expiresAt: new Date(now + challengeLifeMs),
  };
}
