import type { Caller, NamedCustomer } from '../../callers/caller.ts';
import type { FieldEnd } from '../../graphql/base/context.ts';

/** What metrics and the audit log need of a request beyond its log line. */
export interface Trail {
  /** Of the fields that ended before the request did. */
  readonly ends: readonly FieldEnd[];
  /** Null where it was not needed. */
  caller: Caller | null;
  /** The customer of `X-Customer-Token`; null where there is none, or it was not needed. */
  customer: NamedCustomer | null;
  add(end: FieldEnd): void;
  /** All runs again. */
  forget(): void;
  /** The request has ended; a field may still end later, since its calls to Okta go on. */
  close(onLate: (end: FieldEnd) => void): void;
}

export function createTrail(): Trail {
  const ends: FieldEnd[] = [];
  let tellLate: ((end: FieldEnd) => void) | undefined;
  return {
    ends,
    caller: null,
    customer: null,
    forget() {
      ends.length = 0;
    },
    add(end) {
      if (tellLate === undefined) ends.push(end);
      else tellLate(end);
    },
    close(onLate) {
      tellLate = onLate;
    },
  };
}
