import DataLoader from 'dataloader';
import type { User } from '../identity/model.ts';
import { identifyCaller } from './caller.ts';
import type { Caller, Context, IncomingRequest, Services } from './context.ts';
import { orTopLevelError } from './top-level-errors.ts';

/** Tokens of one query are verified in parallel and not in one tick; their users make one batch still. */
const batchWindowMs = 5;

/** One per request: the loader and the caller must not outlive it. */
export function createContext(services: Services, request: IncomingRequest): Context {
  const call = { requestId: request.requestId, signal: request.signal };
  let caller: Promise<Caller> | undefined;
  return {
    ...services,
    call,
    caller() {
      caller ??= identifyCaller(request.authorization, services, call);
      return caller;
    },
    users: new DataLoader<string, User | null>(
      async (ids) => {
        const found = await orTopLevelError(services.identity.findUsers(ids, call));
        return ids.map((id) => found.get(id) ?? null);
      },
      { batchScheduleFn: (dispatch) => setTimeout(dispatch, batchWindowMs) },
    ),
  };
}
