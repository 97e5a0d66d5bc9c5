'use client';
import { ActionForm } from '../form';
import { logIn } from './actions';

export function LogInForm() {
  return (
    <ActionForm action={logIn} submit="Log in">
      {({ email }, problemId) => (
        <>
          <label>
            E-mail
            <input
              name="email"
              type="email"
              autoComplete="username"
              required
              defaultValue={email}
              aria-invalid={problemId !== undefined}
              aria-describedby={problemId}
            />
          </label>
          <label>
            Password
            <input
              name="password"
              type="password"
              autoComplete="current-password"
              required
              aria-invalid={problemId !== undefined}
              aria-describedby={problemId}
            />
          </label>
        </>
      )}
    </ActionForm>
  );
}
