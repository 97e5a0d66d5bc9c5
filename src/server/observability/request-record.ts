import type { Caller, NamedCustomer, TokenRefusal } from '../../callers/caller.ts';
import type { ShopperHeader } from '../../callers/shopper-headers.ts';
import type { FieldOutcome, RequestObserver } from '../../graphql/base/context.ts';
import { type Failure, failureOf } from './failure.ts';

/**
 * What the log, the audit log, the metrics and the spans say of a request. Texts are of closed sets, and
 * nothing is what a caller wrote, except in `caller`, `customer` and `fieldOutcomes`, which the log does
 * not show.
 */
export class RequestRecord implements RequestObserver {
  operationType: 'query' | 'mutation' | 'subscription' | null = null;
  /** A name of the documents in schema/operations, `other`, or null where there was none. */
  operationName: string | null = null;
  /** Root fields that exist in the schema. */
  fields: readonly string[] = [];
  /** Types of union results and codes of errors. */
  outcomes: readonly string[] = [];
  /** The causes of those outcomes that are failures; empty where the code of an outcome says it all. */
  failures: readonly Failure[] = [];
  /** Why tokens were refused, each reason once. */
  tokenRefusals: readonly TokenRefusal[] = [];
  /** Null where it was not needed. */
  caller: Caller | null = null;
  /** The customer of `X-Customer-Token`; null where there is none, or it was not needed. */
  customer: NamedCustomer | null = null;
  /** Headers about the shopper that were not passed on: malformed, or not from a service. */
  droppedHeaders: readonly ShopperHeader[];
  /** Only of a delivery by an event hook: how many events of which type. */
  events: Readonly<Record<string, number>> | undefined = undefined;
  /** Of the root fields that ended before the request did. */
  readonly fieldOutcomes: FieldOutcome[] = [];
  private onLateOutcome: ((outcome: FieldOutcome) => void) | null = null;

  constructor(malformed: readonly ShopperHeader[]) {
    this.droppedHeaders = malformed;
  }

  noteCaller(caller: Caller): void {
    this.caller = caller;
    if (caller.kind === 'rejected' && caller.reason) this.noteTokenRefusal(caller.reason);
  }

  noteCustomer(customer: NamedCustomer): void {
    this.customer = customer;
    if (customer.kind === 'rejected' && customer.reason) this.noteTokenRefusal(customer.reason);
  }

  /** Once, however many fields failed for the one cause. */
  noteFailure(error: unknown): void {
    const failure = failureOf(error);
    const text = JSON.stringify(failure);
    if (this.failures.some((noted) => JSON.stringify(noted) === text)) return;
    this.failures = [...this.failures, failure];
  }

  noteTokenRefusal(reason: TokenRefusal): void {
    if (this.tokenRefusals.includes(reason)) return;
    this.tokenRefusals = [...this.tokenRefusals, reason];
  }

  noteFieldOutcome(outcome: FieldOutcome): void {
    if (this.onLateOutcome === null) this.fieldOutcomes.push(outcome);
    else this.onLateOutcome(outcome);
  }

  /** All fields run again. */
  forgetFieldOutcomes(): void {
    this.fieldOutcomes.length = 0;
  }

  /** The request has ended; a field may still end later, since its calls to Okta go on. */
  close(onLateOutcome: (outcome: FieldOutcome) => void): void {
    this.onLateOutcome = onLateOutcome;
  }
}
