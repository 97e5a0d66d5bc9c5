import { getSession } from '../account';

/** Someone is signed in, and the API or Okta does not answer: no reason to ask for the password. */
export async function Degraded() {
  const { state } = await getSession();
  return state === 'degraded' ? <DegradedNotice /> : null;
}

export function DegradedNotice() {
  return (
    <p className="notice" role="status">
      Your account cannot be shown at the moment. You are still logged in; please try again in a
      minute.
    </p>
  );
}
