import type { Metadata } from 'next';
import { redirect } from 'next/navigation';
import { AccountApiError, type Session } from 'okta-account-client';
import { getSession } from '../../account';
import { DegradedNotice } from '../degraded';

export const metadata: Metadata = { title: 'Your account' };

export default async function AccountPage() {
  const session = await getSession();
  const me = await accountOf(session);
  // The proxy has let the request pass, so the session has ended elsewhere. Here no cookie can be set.
  if (me === null && session.state === 'signedOut') redirect('/session-ended');
  return (
    <>
      <h1>Your account</h1>
      {me === null ? (
        <DegradedNotice />
      ) : (
        <dl className="card">
          <dt>Name</dt>
          <dd>
            {me.displayName ?? ([me.firstName, me.lastName].filter(Boolean).join(' ') || '–')}
          </dd>
          <dt>E-mail</dt>
          <dd>{me.email}</dd>
          <dt>Customer since</dt>
          <dd>{new Date(me.createdAt).toLocaleDateString('en-GB', { dateStyle: 'long' })}</dd>
        </dl>
      )}
    </>
  );
}

/** Null where there is none to show, for a reason that `session.state` names or the API is away. */
async function accountOf(session: Session) {
  try {
    return await session.me();
  } catch (error) {
    if (error instanceof AccountApiError && error.retryable) return null;
    throw error;
  }
}
