import { redirect } from 'next/navigation';
import { actionSession } from 'okta-account-client/next';
import { sessions } from '../../account';

/**
 * For a session that the API no longer takes. Here cookies can be set: `me` renews it, or deletes the
 * cookie where the API says that it has ended. It changes nothing that another site could want.
 */
export async function GET(): Promise<never> {
  const session = await actionSession(sessions(), 'GET');
  const me = await session.me().catch(() => null);
  if (me !== null) redirect('/account');
  redirect(session.state === 'signedOut' ? '/log-in?ended' : '/');
}
