import { AccountApiError } from '../client/errors.ts';
import type { CallContext } from '../client/settings.ts';
import type { LogInMutation } from '../documents/graphql.ts';
import { signedOut } from './condition.ts';
import type { SessionCore } from './core.ts';
import { checkOrigin } from './origin.ts';
import { type SessionTooLarge, type Shown, shown, stepOf } from './steps.ts';
import { tokensOf } from './tokens.ts';

export type Outcome<Result> = Shown<Result> | SessionTooLarge;

/** A result of a mutation, of any kind. */
export interface Union {
  readonly __typename: string;
}

/** What every mutation goes through, and where its tokens and handles stay. */
export async function mutate(
  core: SessionCore,
  call: (context: CallContext) => Promise<Union>,
  token?: string,
): Promise<Outcome<Union>> {
  checkOrigin(core.exchange, core.shared.origins);
  core.nameDevice();
  return settle(core, await call(core.context(token)).catch(outcomeOf));
}

type Upstream = Extract<
  LogInMutation['logIn'],
  { __typename: 'UpstreamUnavailable' | 'RateLimited' }
>;

/**
 * An API that cannot be reached gives the outcome that it gives itself where Okta cannot: callers have
 * one way to say "try again". Every mutation has both members. @throws the error otherwise
 */
function outcomeOf(error: unknown): Upstream {
  if (!(error instanceof AccountApiError) || !error.retryable) throw error;
  const { message, retryAfterSeconds = 1 } = error;
  if (error.code !== 'RATE_LIMITED') return unavailable(message);
  const scope = 'UPSTREAM';
  return {
    __typename: 'RateLimited',
    code: 'RATE_LIMITED',
    scope,
    message,
    retryable: true,
    retryAfterSeconds,
  };
}

export function unavailable(message: string) {
  const code = 'UPSTREAM_UNAVAILABLE';
  return { __typename: 'UpstreamUnavailable', code, message, retryable: true } as const;
}

async function settle(core: SessionCore, result: Union): Promise<Outcome<Union>> {
  const members: Readonly<Record<string, unknown>> = { ...result };
  const tokens = members['tokens'] as Parameters<typeof tokensOf>[0] | null | undefined;
  if (tokens !== null && tokens !== undefined) {
    if (!(await core.keep(tokensOf(tokens)))) return refuseTooLarge(core, tokens);
    await core.endStep();
  } else if (members['logInRequired'] === true) {
    core.forget(signedOut('LOGGED_OUT'));
  }
  const step = stepOf(members, await core.step(), core.shared.clock());
  if (step !== null) await core.keepStep(step.stored, step.expiresAt);
  else if (endsStep.has(result.__typename)) await core.endStep();
  return shown(result);
}

/** After these the step cannot go on; after any other refusal it can. */
const endsStep: ReadonlySet<string> = new Set([
  'TransactionInvalid',
  'ActivateFactorSuccess',
  'ConfirmEmailChangeSuccess',
  'ResetPasswordSuccess',
  'VerifyEmailSuccess',
]);

/** Tokens that no cookie holds are revoked, since nobody could use or end them later. */
async function refuseTooLarge(
  core: SessionCore,
  { accessToken, refreshToken }: { accessToken: string; refreshToken: string | null },
): Promise<SessionTooLarge> {
  await core.shared.client.logOut({ accessToken, refreshToken }, core.context()).catch(() => null);
  return {
    __typename: 'SessionTooLarge',
    code: 'SESSION_TOO_LARGE',
    message: 'The tokens do not fit into cookies: put fewer groups or claims into them.',
    retryable: false,
  };
}
