import type { Caller, FieldEnd, NamedCustomer } from '../../graphql/base/context.ts';

/** What is known of a request besides its log line, for those who count and those who look into it. */
export interface Trail {
  /** Of the fields that ended before the request did. */
  readonly ends: readonly FieldEnd[];
  /** Null where nobody asked. */
  caller: Caller | null;
  /** Whom a service has named; null where it was none, or nobody asked. */
  customer: NamedCustomer | null;
  add(end: FieldEnd): void;
  /** All runs again. */
  forget(): void;
  /** The request is over; a field may still end, since what it has begun at Okta goes on. */
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
