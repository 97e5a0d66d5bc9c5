import { ProviderMisconfigured } from '../../identity/errors.ts';
import type { OktaFailure } from '../wire/answer.ts';

/** Okta's errors for a DPoP proof that is missing, invalid or without the nonce (RFC 9449). */
export type DpopErrorCode = 'invalid_dpop_proof' | 'use_dpop_nonce';

export function isAboutDpop(code: string | null): code is DpopErrorCode {
  return code === 'invalid_dpop_proof' || code === 'use_dpop_nonce';
}

/** A misconfiguration, unless a retry with a proof or another nonce succeeds. */
export class DpopRefused extends ProviderMisconfigured {
  readonly code: DpopErrorCode;
  constructor(code: DpopErrorCode, detail: string, doctor: string | null = null) {
    super(detail, doctor);
    this.code = code;
  }
}

/** The app of the log-in demands DPoP, which customers with Bearer tokens cannot use. */
const turnDpopOff =
  'customers get Bearer tokens: in the settings of the app that they log in by, turn off "Require Demonstrating Proof of Possession (DPoP) header in token requests"';

/** For the service app, for which this API sends proofs. */
const checkTheProof =
  'Okta refuses the DPoP proof of this API: check the clock of this machine, that OKTA_ISSUER has the host that Okta knows the org by, and that no proxy removes the header DPoP';

const managementCalls = /^(?:token\/client_credentials$|(?:users|policies|logs|meta)\/)/;

export function dpopHint({ endpoint }: Pick<OktaFailure, 'endpoint'>): string {
  return managementCalls.test(endpoint) ? checkTheProof : turnDpopOff;
}
