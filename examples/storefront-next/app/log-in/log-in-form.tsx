'use client';
import { ActionForm } from '../form';
import { logIn } from './actions';

export function LogInForm() {
  return (
    <ActionForm action={logIn} submit="Log in">
      {({ email }, invalid) => (
        <>
          <label>
            E-mail
            <input
              name="email"
              type="email"
              autoComplete="username"
              required
              defaultValue={email}
              {...invalid}
            />
          </label>
          <label>
            Password
            <input
              name="password"
              type="password"
              autoComplete="current-password"
              required
              {...invalid}
            />
          </label>
        </>
      )}
    </ActionForm>
  );
}
