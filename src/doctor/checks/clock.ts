import { type Check, defineCheck } from '../check.ts';

const second = 1000;

/** One call, whose answer tells Okta's time to the second. */
export const clockChecks: readonly Check[] = [
  defineCheck(
    { code: 'D28', area: 'this machine', title: "The clock agrees with Okta's", needs: [] },
    async ({ okta, now }) => {
      const asked = now();
      const answer = await fetch(`${okta.orgUrl}/.well-known/okta-organization`, {
        redirect: 'manual',
        signal: AbortSignal.timeout(5 * okta.callTimeoutMs),
      });
      const answered = now();
      await answer.body?.cancel();
      const date = Date.parse(answer.headers.get('date') ?? '');
      if (Number.isNaN(date)) return [];
      // Okta's clock stood between `date` and one second later at some time of the round trip.
      const ahead = asked - (date + second);
      const behind = date - answered;
      const skew = Math.max(ahead, behind);
      if (skew <= 2 * second) return [];
      const seconds = Math.round(skew / second);
      return [
        {
          severity: skew > 30 * second ? 'error' : 'warning',
          message: `The clock of this machine is ${seconds} s ${ahead > behind ? 'ahead of' : 'behind'} Okta's.`,
          seen: 'Fresh tokens are refused with TOKEN_INVALID or TOKEN_EXPIRED, and calls with a private key answer INTERNAL.',
          oktaSays: 'invalid_client; verifiers say "The JWT was issued in the future."',
          fix: 'Set the clock of this machine by NTP.',
          call: null,
        },
      ];
    },
  ),
];
