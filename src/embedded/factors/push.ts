import { randomInt } from 'node:crypto';
import type { PendingPush } from '../handle.ts';
import type { Org } from '../org.ts';
import type { FactorEntity, PushEntity } from '../store/factor-entities.ts';
import { newId } from '../store/ids.ts';
import { findUser } from '../store/store.ts';

const pushLifetimeMs = 5 * 60_000;

/** @param numberMatching whether the phone offers numbers */
export function sendPush(org: Org, factor: FactorEntity, numberMatching: boolean): PushEntity {
  const push: PushEntity = {
    id: newId('push'),
    factorId: factor.id,
    userId: factor.userId,
    result: 'WAITING',
    numbers: numberMatching ? newNumbers() : null,
    expiresAt: org.now() + pushLifetimeMs,
  };
  org.store.pushes.set(push.id, push);
  return push;
}

function newNumbers(): NonNullable<PushEntity['numbers']> {
  const choices = new Set<number>();
  while (choices.size < 3) choices.add(randomInt(10, 100));
  const list = [...choices];
  return { choices: list, correct: list[randomInt(list.length)] ?? 0 };
}

/** TIMEOUT if it was not answered in time, or is unknown. */
export function pushResult(org: Org, pushId: string | null): PushEntity['result'] | 'TIMEOUT' {
  const push = org.store.pushes.get(pushId ?? '');
  if (push === undefined) return 'TIMEOUT';
  return push.result === 'WAITING' && push.expiresAt <= org.now() ? 'TIMEOUT' : push.result;
}

export interface PushAnswer {
  readonly approved: boolean;
  /** The number that was tapped; null without number matching. */
  readonly choice: number | null;
}

/** A wrong number rejects. */
export function answerPush(push: PushEntity, { approved, choice }: PushAnswer): void {
  const right = push.numbers === null || push.numbers.correct === choice;
  push.result = approved && right ? 'SUCCESS' : 'REJECTED';
}

/** Oldest first. */
export function pendingPushes(org: Org): PushEntity[] {
  return [...org.store.pushes.values()].filter((push) => pushResult(org, push.id) === 'WAITING');
}

/** The phones, for tests. */
export function phonesOf(org: Org) {
  const pendingOf = (login: string): PushEntity[] => {
    const user = findUser(org.store, login);
    if (user === null) throw new Error('The embedded Okta org has no user of this login.');
    return pendingPushes(org).filter((push) => push.userId === user.id);
  };
  const newest = (login: string): PushEntity => {
    const push = pendingOf(login).at(-1);
    if (push === undefined) throw new Error('No push is waiting for an answer of this user.');
    return push;
  };
  return {
    pending: (login: string): PendingPush[] =>
      pendingOf(login).map(({ id, numbers }) => ({ id, choices: numbers?.choices ?? null })),
    approve(login: string, choice?: number): void {
      const push = newest(login);
      answerPush(push, { approved: true, choice: choice ?? push.numbers?.correct ?? null });
    },
    deny(login: string): void {
      answerPush(newest(login), { approved: false, choice: null });
    },
  };
}
