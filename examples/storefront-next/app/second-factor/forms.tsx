'use client';
import { ActionForm } from '../form';
import { sendCode, verify } from './actions';

export function CodeForm({ factorId, label }: { factorId: string; label: string }) {
  return (
    <ActionForm action={verify} submit="Go on">
      {(_, invalid) => (
        <>
          <input type="hidden" name="factorId" value={factorId} />
          <label>
            {label}
            <input
              name="code"
              inputMode="numeric"
              autoComplete="one-time-code"
              required
              {...invalid}
            />
          </label>
        </>
      )}
    </ActionForm>
  );
}

export function PushForm(props: { factorId: string; choice?: string | null }) {
  return (
    <ActionForm action={verify} submit="I have approved it">
      {() => (
        <>
          <input type="hidden" name="factorId" value={props.factorId} />
          <p>
            We have asked the app on your phone.
            {props.choice != null && ` Choose the number ${props.choice} there.`}
          </p>
        </>
      )}
    </ActionForm>
  );
}

export function SendForm({ factorId, submit }: { factorId: string; submit: string }) {
  return (
    <ActionForm action={sendCode} submit={submit} plain>
      {() => <input type="hidden" name="factorId" value={factorId} />}
    </ActionForm>
  );
}
