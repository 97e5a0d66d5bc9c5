'use server';
import { redirect } from 'next/navigation';
import { actionSession } from 'okta-account-client/next';
import { sessions } from '../account';

/** The browser forgets the session whatever the API answers. */
export async function logOut(): Promise<void> {
  const session = await actionSession(sessions());
  await session.logOut();
  redirect('/');
}
