import type { OktaFailure } from '../wire/answer.ts';
import type { OktaEndpoint } from '../wire/endpoints.ts';

/** Which of Okta's errors means which of ours. */
export interface Rule {
  /** Default: at every endpoint. */
  readonly at?: readonly OktaEndpoint[];
  readonly codes: readonly string[];
  /** Matched loosely, since Okta rewords and localises: a text only makes an error more specific. */
  readonly says?: RegExp;
  readonly error: (failure: OktaFailure) => Error;
}
