import type { Metadata } from 'next';
import { redirect } from 'next/navigation';
import type { MfaFactor } from 'okta-account-client';
import { getSession } from '../../account';
import { CodeForm, PushForm, SendForm } from './forms';

export const metadata: Metadata = { title: 'Second step' };

const offers = {
  EMAIL: 'Send a code by e-mail',
  SMS: 'Send a code to my phone',
  PUSH: 'Ask the app on my phone',
} as const;

export default async function SecondFactorPage() {
  const session = await getSession();
  const step = await session.pendingStep();
  switch (step?.__typename) {
    case 'MfaRequired':
      return (
        <Steps factors={step.factors}>
          <TotpForm factors={step.factors} />
        </Steps>
      );
    case 'MfaChallengeSent':
      return (
        <Steps factors={step.factors ?? []}>
          {step.type === 'PUSH' ? (
            <PushForm factorId={step.factorId} choice={step.numberChallenge} />
          ) : (
            <CodeForm
              factorId={step.factorId}
              label={`Code that we have sent to ${step.hint ?? 'you'}`}
            />
          )}
        </Steps>
      );
    case 'MfaPending':
      return (
        <Steps factors={step.factors ?? []}>
          <PushForm factorId={pushOf(step.factors)} choice={step.numberChallenge} />
        </Steps>
      );
    default:
      redirect('/log-in');
  }
}

function Steps(props: { factors: readonly MfaFactor[]; children: React.ReactNode }) {
  return (
    <>
      <h1>One more step</h1>
      {props.children}
      {props.factors.map(({ id, type }) =>
        type === 'TOTP' ? null : <SendForm key={id} factorId={id} submit={offers[type]} />,
      )}
    </>
  );
}

function TotpForm({ factors }: { factors: readonly MfaFactor[] }) {
  const totp = factors.find(({ type }) => type === 'TOTP');
  return totp === undefined ? (
    <p>How shall we make sure that it is you?</p>
  ) : (
    <CodeForm factorId={totp.id} label="Code of your authenticator app" />
  );
}

function pushOf(factors: readonly MfaFactor[] = []): string {
  return factors.find(({ type }) => type === 'PUSH')?.id ?? '';
}
