import type { Finding } from './finding.ts';
import type { Findings } from './findings.ts';

/** As the Admin Console names the setting (developer.okta.com/docs/guides/dpop). */
export const untickDpop =
  'Untick "Require Demonstrating Proof of Possession (DPoP) header in token requests"';

/**
 * About the app that customers log in with. Its tokens would be bound to a key of this API, and
 * customers need Bearer tokens.
 */
export function dpopDemanded(clientId: string): Finding {
  return {
    code: 'CLIENT',
    severity: 'MISCONFIGURED',
    message: `Okta demands DPoP of the app ${clientId}, so customers cannot log in or refresh.`,
    fix: `${untickDpop} in the app (Okta Admin Console: Applications > the app > General).`,
  };
}

interface DpopWatch {
  /** Okta has refused a token request for want of a proof. */
  demanded(): void;
  /** Okta has issued tokens. */
  issued(): void;
}

/** Keeps the finding for as long as log-ins show it. */
export function createDpopWatch(findings: Findings, clientId: string): DpopWatch {
  let isDemanded = false;
  const found = (demanded: boolean): void => {
    if (demanded === isDemanded) return;
    isDemanded = demanded;
    void findings.put('DPOP', demanded ? [dpopDemanded(clientId)] : []);
  };
  return { demanded: () => found(true), issued: () => found(false) };
}
