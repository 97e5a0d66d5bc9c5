import type { CallContext } from '../../identity/model.ts';
import type { AuthnTransaction } from '../wire/schemas.ts';
import type { PostAuthn } from './client.ts';

/** The steps of a second factor. All use the state token of the log-in, which stays the same. */
export interface AuthnFactors {
  /** A null code sends a challenge, or polls a push that was already sent. */
  verify(step: FactorStep & { readonly passCode: string | null }): Promise<AuthnTransaction>;
  enroll(step: StateStep & { readonly factor: EnrollmentBody }): Promise<AuthnTransaction>;
  activate(step: FactorStep & { readonly passCode: string }): Promise<AuthnTransaction>;
  /** Cancels a challenge, back to the choice of a factor. */
  previous(step: StateStep): Promise<AuthnTransaction>;
  skip(step: StateStep): Promise<AuthnTransaction>;
}

interface StateStep {
  readonly stateToken: string;
  readonly context: CallContext;
}

interface FactorStep extends StateStep {
  /** From Okta's own answer, since it becomes part of the path. */
  readonly factorId: string;
}

type EnrollmentBody = Readonly<Record<string, unknown>>;

export function createAuthnFactors(post: PostAuthn): AuthnFactors {
  return {
    verify: ({ stateToken, factorId, passCode, context }) =>
      post(
        { endpoint: 'authn/factors/verify', path: `authn/factors/${factorId}/verify` },
        { stateToken, ...(passCode === null ? {} : { passCode }) },
        context,
      ),
    enroll: ({ stateToken, factor, context }) =>
      post(
        { endpoint: 'authn/factors/enroll', path: 'authn/factors' },
        { stateToken, ...factor },
        context,
      ),
    activate: ({ stateToken, factorId, passCode, context }) =>
      post(
        {
          endpoint: 'authn/factors/activate',
          path: `authn/factors/${factorId}/lifecycle/activate`,
        },
        { stateToken, passCode },
        context,
      ),
    previous: ({ stateToken, context }) =>
      post({ endpoint: 'authn/previous', path: 'authn/previous' }, { stateToken }, context),
    skip: ({ stateToken, context }) =>
      post({ endpoint: 'authn/skip', path: 'authn/skip' }, { stateToken }, context),
  };
}
