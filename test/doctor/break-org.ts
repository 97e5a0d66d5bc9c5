import { expect } from 'vitest';
import type { Finding } from '../../src/doctor/check.ts';
import type { EmbeddedOkta } from '../../src/embedded/handle.ts';
import { call } from '../embedded/call.ts';
import { findingsOn, type Settings } from './examine.ts';

type Json = Readonly<Record<string, unknown>>;

export type Send = (
  method: 'GET' | 'POST' | 'PUT' | 'DELETE',
  path: string,
  body?: unknown,
) => Promise<Json>;

/** A call of the admin API that must succeed. */
export async function sendTo(org: EmbeddedOkta, ...[method, path, body]: Parameters<Send>) {
  const answer = await call(org, [method, path], body === undefined ? {} : { body });
  expect(answer.status, `${method} ${path} ${JSON.stringify(answer.body)}`).toBeLessThan(300);
  return answer.body as unknown as Json;
}

export type Break = (
  doing: () => Promise<unknown>,
  undoing: () => Promise<unknown>,
  settings?: Settings,
) => Promise<readonly Finding[]>;

/** Breaks an org, looks at it, and mends it again. */
export async function breakOrg(
  org: EmbeddedOkta,
  ...[doing, undoing, settings]: Parameters<Break>
): Promise<readonly Finding[]> {
  await doing();
  try {
    return await findingsOn(org, settings);
  } finally {
    await undoing();
  }
}

/** What is found with these OAuth settings of the customers' app. */
export async function withApp(org: EmbeddedOkta, changed: Json, settings?: Settings) {
  const path = `/api/v1/apps/${org.seeded.apiClient.clientId}`;
  const { settings: own, ...rest } = (await sendTo(org, 'GET', path)) as {
    readonly settings: { readonly oauthClient: Json };
  };
  const put = (changes: Json) =>
    sendTo(org, 'PUT', path, {
      ...rest,
      settings: { ...own, oauthClient: { ...own.oauthClient, ...changes } },
    });
  return breakOrg(
    org,
    () => put(changed),
    () => put({}),
    settings,
  );
}
