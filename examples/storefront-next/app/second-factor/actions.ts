'use server';
import { redirect } from 'next/navigation';
import { actionSession } from 'okta-account-client/next';
import { sessions } from '../../account';
import { type FormState, failed } from '../messages';

// The session knows which log-in this is: its handle is in a cookie, and not in the form.

export async function sendCode(_: FormState, form: FormData): Promise<FormState> {
  const session = await actionSession(sessions());
  const result = await session.sendMfaChallenge({ factorId: String(form.get('factorId')) });
  switch (result.__typename) {
    case 'MfaChallengeSent':
      return { problem: null };
    case 'TransactionInvalid':
      return redirect('/log-in?late');
    default:
      return failed(result);
  }
}

export async function verify(_: FormState, form: FormData): Promise<FormState> {
  const session = await actionSession(sessions());
  const code = form.get('code');
  const result = await session.verifyMfa({
    factorId: String(form.get('factorId')),
    // A push has none.
    ...(code === null ? {} : { code: String(code) }),
  });
  switch (result.__typename) {
    case 'LogInSuccess':
      return redirect('/account');
    case 'TransactionInvalid':
      return redirect('/log-in?late');
    case 'MfaPending':
      return { problem: 'We have not heard from your phone yet.' };
    default:
      return failed(result);
  }
}
