import type { Registry } from 'prom-client';
import { prefix } from './instruments.ts';
import { countByLabels } from './series.ts';

/** A mail that Okta was asked to send to a customer. */
export interface EndedMail {
  /** A name out of a closed set. */
  readonly mail: string;
  /** Okta's error code; null: it was accepted. */
  readonly refusal: string | null;
}

export function measureMails(registry: Registry): (mail: EndedMail) => void {
  const count = countByLabels({
    name: `${prefix}okta_mails_total`,
    help: 'Mails that Okta was asked to send to customers: accepted, or the error code of its refusal.',
    labelNames: ['mail', 'result'],
    registers: [registry],
  });
  return ({ mail, refusal }) => count(mail, refusal ?? 'accepted');
}
