import type {
  Attempt,
  Bounds,
  OpenedStep,
  Purpose,
  Step,
} from '../../transactions/transactions.ts';
import type { Context } from '../base/context.ts';

/** A handle that is bound to the caller of this request. */
export async function sealStep(
  step: Step & { readonly purpose: Purpose },
  context: Context,
): Promise<string> {
  const { purpose } = step;
  return context.transactions.seal({ ...step, ...(await boundsOf(purpose, context)) });
}

/** @throws TransactionInvalid; what `attempt` throws */
export async function attemptStep<Result>(
  { transaction, purpose }: { readonly transaction: string; readonly purpose: Purpose },
  context: Context,
  attempt: (opened: OpenedStep) => Promise<Attempt<Result>>,
): Promise<Result> {
  const bounds = await boundsOf(purpose, context);
  const { signal } = context.call;
  return context.transactions.attempt(transaction, { ...bounds, signal }, attempt);
}

/** For a step that nothing follows. */
export async function finishStep<Result>(
  handle: { readonly transaction: string; readonly purpose: Purpose },
  context: Context,
  finish: (state: string) => Promise<Result>,
): Promise<Result> {
  return attemptStep(handle, context, async ({ state }) => ({
    result: await finish(state),
    done: true,
  }));
}

/**
 * A service's handle is bound to that service. All other callers count as one: the customer is not
 * logged in yet, and may or may not send an old access token.
 */
async function boundsOf(purpose: Purpose, { caller }: Context): Promise<Bounds> {
  const who = await caller();
  return { purpose, caller: who.kind === 'service' ? `service ${who.id}` : 'anyone' };
}
