'use client';
import type { ReactNode } from 'react';
import { useActionState, useId } from 'react';
import { useFormStatus } from 'react-dom';
import type { FormState } from './messages';

/** For the fields of a form whose input was refused. */
type Invalid = { 'aria-invalid'?: boolean; 'aria-describedby'?: string };
type Action = (state: FormState, form: FormData) => Promise<FormState>;

/** A form that says what was wrong. It works without JavaScript too. */
export function ActionForm(props: {
  action: Action;
  submit: string;
  plain?: boolean;
  children?: (state: FormState, invalid: Invalid) => ReactNode;
}) {
  const [state, act] = useActionState(props.action, { problem: null });
  const id = useId();
  return (
    <form action={act} className={props.plain ? undefined : 'card'}>
      {state.problem !== null && (
        <p className="problem" role="alert" id={id}>
          {state.problem}
        </p>
      )}
      {props.children?.(
        state,
        state.isInput ? { 'aria-invalid': true, 'aria-describedby': id } : {},
      )}
      <Submit plain={props.plain ?? false}>{props.submit}</Submit>
    </form>
  );
}

function Submit({ plain, children }: { plain: boolean; children: string }) {
  const { pending } = useFormStatus();
  return (
    <button type="submit" className={plain ? 'plain' : undefined} aria-disabled={pending}>
      {pending ? 'One moment …' : children}
    </button>
  );
}
