import { type AdminApi, AdminApiError } from '../../org/admin-api.ts';
import { type Outcome, reconcile } from '../../org/plan.ts';
import type { Ids, Resource } from '../../org/resource.ts';
import { endOnInterruption } from './interruption.ts';
import { stepLine } from './plan-text.ts';

interface Options {
  readonly api: AdminApi;
  readonly resources: readonly Resource[];
  readonly plan: Outcome;
  /**
   * Saves what the next run needs to go on. Called before Okta gets the first key, and again when the
   * run stops early. @param ids of what the org has so far
   */
  readonly save: (ids: Ids) => void;
}

/** Carries out a plan, and prints each step that it does. @throws Conflict, AdminApiError */
export async function applyPlan({ api, resources, plan, save }: Options): Promise<Ids> {
  const total = resources.length;
  const ids = new Map<string, string>();
  let done = 0;
  let hasChanged = false;
  // A failure must not take ids from the settings that the plan has found in the org.
  const saveSoFar = () => save(new Map([...plan.ids, ...ids]));
  const printStop = () =>
    console.error(
      `\nStopped at step ${done + 1} of ${total}. Run the command again: it continues from there.`,
    );
  const stopListening = endOnInterruption(() => {
    // Okta may be doing the current step.
    saveSoFar();
    printStop();
  });
  console.log('');
  try {
    await reconcile(resources, api, {
      apply: true,
      ids,
      onStep(step) {
        const planned = plan.steps[done]?.action ?? step.action;
        done += 1;
        // Okta makes some objects together with their parent, such as the key of an app.
        const action = step.action === 'keep' ? planned : step.action;
        if (action === 'keep') return;
        if (step.action === 'create' || step.action === 'change') {
          // If this process is killed, the next run has the keys that Okta knows.
          if (!hasChanged) saveSoFar();
          hasChanged = true;
        }
        console.log(stepLine({ ...step, action }, `[${String(done).padStart(2)}/${total}] `));
      },
    });
    return ids;
  } catch (error) {
    // Okta may have made a change whose answer was lost.
    const isUnknown = error instanceof AdminApiError && error.status === null;
    if (hasChanged || isUnknown) saveSoFar();
    printStop();
    throw error;
  } finally {
    stopListening();
  }
}
