import type { OktaFailure } from '../wire/answer.ts';

interface Sign {
  /** Part of the name of a call; default: any. */
  readonly at?: RegExp;
  /** Default: any. */
  readonly codes?: readonly string[];
  /** In Okta's text or causes; default: anything. */
  readonly says?: RegExp;
  readonly doctor: string;
}

const management = /^(?:users|policies|logs|meta)\//;

/** By Okta's words. The first that fits counts; the more exact ones stand first. */
const signs: readonly Sign[] = [
  { at: management, codes: ['invalid_dpop_proof', 'use_dpop_nonce'], doctor: 'D23' },
  { at: /client_credentials/, codes: ['invalid_dpop_proof', 'use_dpop_nonce'], doctor: 'D23' },
  { codes: ['invalid_dpop_proof', 'use_dpop_nonce'], doctor: 'D22' },

  { says: /not assigned/i, doctor: 'D16' },
  {
    says: /authentication policy wasn't satisfied|authenticator can(?:no|')t be used/i,
    doctor: 'D15',
  },
  { at: /^authorize$/, says: /re-?authentication|\bMFA\b/i, doctor: 'D06' },
  { says: /sign.?on policy|\bMFA\b|multi-?factor/i, doctor: 'D14' },
  { says: /policy evaluation failed/i, doctor: 'D10' },
  { codes: ['access_denied'], says: /scopes/i, doctor: 'D11' },
  { at: /client_credentials/, codes: ['invalid_scope', 'consent_required'], doctor: 'D24' },
  { codes: ['invalid_scope'], doctor: 'D12' },
  { codes: ['consent_required'], doctor: 'D13' },
  { codes: ['mfa_required'], doctor: 'D14' },
  { codes: ['unauthorized_client'], says: /grant type/i, doctor: 'D09' },
  { at: /^authorize$/, says: /redirect_uri/i, doctor: 'D21' },

  { at: /client_credentials/, codes: ['invalid_client'], doctor: 'D27' },
  { codes: ['invalid_client'], says: /\bkid\b/i, doctor: 'D27' },
  { codes: ['invalid_client'], doctor: 'D07' },
  { at: /^(?:token\/|introspect|revoke|discovery|keys)/, codes: ['E0000007'], doctor: 'D01' },
  { at: /^(?:token\/|introspect|revoke)/, codes: ['E0000015'], doctor: 'D03' },

  { codes: ['insufficient_scope'], doctor: 'D24' },
  { at: /^users\/(?:list|get)$/, codes: ['E0000006'], doctor: 'D25' },
  { at: management, codes: ['E0000006'], doctor: 'D26' },
  { at: management, codes: ['E0000011'], doctor: 'D29' },
  { codes: ['E0000034'], doctor: 'D34' },
  { codes: ['E0000032'], doctor: 'D37' },
  { codes: ['E0000015'], doctor: 'D44' },
];

/** Which check of `okta-account-api doctor` finds the cause, such as D16; null: none does. */
export function doctorCodeOf({ endpoint, code, text, causes }: OktaFailure): string | null {
  const words = [text, ...causes].join('\n');
  const fits = ({ at, codes, says }: Sign) =>
    (at === undefined || at.test(endpoint)) &&
    (codes === undefined || (code !== null && codes.includes(code))) &&
    (says === undefined || says.test(words));
  return signs.find(fits)?.doctor ?? null;
}
