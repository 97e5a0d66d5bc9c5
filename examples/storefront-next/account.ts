import 'server-only';
import { connection } from 'next/server';
import {
  createAccountClient,
  createSession,
  type Session,
  type Sessions,
} from 'okta-account-client';
import { readSession } from 'okta-account-client/next';
import { cache } from 'react';

let shared: Sessions | undefined;

/** Made at the first request: `next build` loads this file too, where there are no secrets. */
export function sessions(): Sessions {
  shared ??= createSession({
    client: createAccountClient({
      url: setting('ACCOUNT_API_URL'),
      service: {
        id: setting('ACCOUNT_API_SERVICE_ID'),
        secret: setting('ACCOUNT_API_SERVICE_SECRET'),
      },
    }),
    keys: setting('SESSION_KEY').split(','),
    trustedHops: Number(process.env.TRUSTED_HOPS ?? 0),
  });
  return shared;
}

/** One for all components of a render. */
export const getSession = cache(async (): Promise<Session> => {
  // Ends the attempt of `next build` to render the page, before settings are needed.
  await connection();
  return readSession(sessions());
});

function setting(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is missing: see .env.development.`);
  return value;
}
