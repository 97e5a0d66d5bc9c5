'use server';
import { redirect } from 'next/navigation';
import { actionSession } from 'okta-account-client/next';
import { sessions } from '../../account';
import { type FormState, failed } from '../messages';

export async function logIn(_: FormState, form: FormData): Promise<FormState> {
  const email = String(form.get('email') ?? '');
  const session = await actionSession(sessions());
  const result = await session.logIn({ email, password: String(form.get('password') ?? '') });
  switch (result.__typename) {
    case 'LogInSuccess':
      return redirect('/account');
    case 'MfaRequired':
      return redirect('/second-factor');
    default:
      return { ...failed(result), email };
  }
}
