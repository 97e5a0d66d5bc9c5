import { Histogram, type Registry } from 'prom-client';
import { prefix } from './instruments.ts';
import { countByLabel, countByLabels, timeByLabel } from './series.ts';

/** One exchange with Okta. */
export interface EndedCall {
  /** A name out of a closed set. */
  readonly endpoint: string;
  /** Null where no answer came. */
  readonly status: number | null;
  readonly durationMs: number;
  /** A code; null where the answer was good. */
  readonly failure: string | null;
  /** Places of what was left out of it. */
  readonly unreadable: readonly string[];
}

const buckets = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

export function measureOktaCalls(registry: Registry): (call: EndedCall) => void {
  const registers = [registry];
  const count = countByLabels({
    name: `${prefix}okta_calls_total`,
    help: 'Calls to Okta. ok: answered; refused: 4xx; limited: 429; failed: 5xx, no answer, or an unreadable one; aborted: the caller had gone.',
    labelNames: ['endpoint', 'result'],
    registers,
  });
  const countFailure = countByLabel({
    name: `${prefix}okta_failures_total`,
    help: 'Why calls to Okta were limited or failed.',
    labelNames: ['failure'],
    registers,
  });
  const countUnreadable = countByLabel({
    name: `${prefix}okta_unreadable_answers_total`,
    help: 'Answers of Okta with a member that could not be read, and was left out of its list.',
    labelNames: ['endpoint'],
    registers,
  });
  const time = timeByLabel(
    new Histogram({
      name: `${prefix}okta_call_duration_seconds`,
      help: 'How long calls to Okta took, each try for itself.',
      labelNames: ['endpoint'],
      buckets,
      registers,
    }),
  );
  return (call) => {
    const result = resultOf(call);
    count(call.endpoint, result);
    if (call.unreadable.length > 0) countUnreadable(call.endpoint);
    time(call.endpoint, call.durationMs);
    if (result === 'failed' || result === 'limited') countFailure(failureOf(call));
  };
}

type Result = 'ok' | 'refused' | 'limited' | 'failed' | 'aborted';

function resultOf({ status, failure }: EndedCall): Result {
  if (failure === 'ABORTED') return 'aborted';
  if (status === null || status >= 500 || failure === 'UNEXPECTED_ANSWER') return 'failed';
  if (status === 429) return 'limited';
  return status >= 400 ? 'refused' : 'ok';
}

/** Okta's own codes are many, and for a status it is the status that counts. */
function failureOf({ status, failure }: EndedCall): string {
  return status === null || failure === 'UNEXPECTED_ANSWER'
    ? (failure ?? 'other')
    : `HTTP_${status}`;
}
