import { embeddedActivation, maskedFactorJson } from '../factors/factor-json.ts';
import { activeFactors, offeredFactors } from '../factors/policy.ts';
import type { FactorEntity } from '../store/factor-entities.ts';
import { link, plainLink, type State, type View } from './state.ts';

type Json = Record<string, unknown>;

/** The states of a sign-in that requires a second factor. */
export const mfaStates = {
  MFA_REQUIRED: {
    allows: ['factors/{id}/verify', 'cancel'],
    embedded: ({ org, user }) => ({
      factors: activeFactors(org, user).map((factor) => ({
        ...maskedFactorJson(user, factor),
        _links: { verify: plainLink(org, `factors/${factor.id}/verify`) },
      })),
      policy: rememberPolicy,
    }),
    links: () => ({}),
  },
  MFA_CHALLENGE: {
    allows: ['factors/{id}/verify', 'factors/{id}/verify/resend', 'previous', 'cancel'],
    embedded: (view) => ({ factor: challengedFactor(view), policy: rememberPolicy }),
    links: challengeLinks,
  },
  MFA_ENROLL: {
    allows: ['factors', 'skip', 'cancel'],
    embedded: (view) => ({ factors: enrollable(view) }),
    links: ({ org, transaction }) =>
      mayBeSkipped(transaction) ? { skip: plainLink(org, 'skip') } : {},
  },
  MFA_ENROLL_ACTIVATE: {
    allows: [
      'factors/{id}/lifecycle/activate',
      'factors/{id}/lifecycle/resend',
      'previous',
      'cancel',
    ],
    embedded: (view) => {
      const factor = factorOf(view);
      if (factor === null) return {};
      const shown = maskedFactorJson(view.user, factor);
      return { factor: { ...shown, ...embeddedActivation(view.org, factor) } };
    },
    links: enrolmentLinks,
  },
} as const satisfies Record<string, State>;

/** This org does not remember devices. */
const rememberPolicy = {
  allowRememberDevice: false,
  rememberDeviceLifetimeInMinutes: 0,
  rememberDeviceByDefault: false,
  factorsPolicyInfo: {},
};

/** The first factor is required, further ones are optional. */
export function mayBeSkipped({ amr }: View['transaction']): boolean {
  return amr.includes('mfa');
}

/** The factor of the challenge or the enrolment; null if it was removed meanwhile. */
function factorOf({ org, transaction }: View): FactorEntity | null {
  return org.store.factors.get(transaction.factorId ?? '') ?? null;
}

function challengedFactor(view: View): Json {
  const factor = factorOf(view);
  if (factor === null) return {};
  const push = view.org.store.pushes.get(view.transaction.pushId ?? '');
  const numbers = view.transaction.factorResult === 'WAITING' ? push?.numbers : null;
  return {
    ...maskedFactorJson(view.user, factor),
    ...(numbers && { _embedded: { challenge: { correctAnswer: numbers.correct } } }),
  };
}

function challengeLinks(view: View): Json {
  const { org, transaction } = view;
  const factor = factorOf(view);
  if (factor === null) return { prev: plainLink(org, 'previous') };
  const path = `factors/${factor.id}/verify`;
  return {
    next: link(org, transaction.factorResult === 'WAITING' ? 'poll' : 'verify', path),
    prev: plainLink(org, 'previous'),
    resend: [link(org, factor.type, `${path}/resend`)],
  };
}

function enrolmentLinks(view: View): Json {
  const { org } = view;
  const factor = factorOf(view);
  if (factor === null) return { prev: plainLink(org, 'previous') };
  const path = `factors/${factor.id}/lifecycle`;
  return {
    next: link(org, 'activate', `${path}/activate`),
    prev: plainLink(org, 'previous'),
    ...(factor.secret === null && { resend: [link(org, factor.type, `${path}/resend`)] }),
  };
}

function enrollable({ org, transaction, user }: View): Json[] {
  const active = activeFactors(org, user);
  return offeredFactors(org, user).map(({ type, provider }) => {
    const isActive = active.some((factor) => factor.type === type && factor.provider === provider);
    return {
      factorType: type,
      provider,
      vendorName: provider,
      status: isActive ? 'ACTIVE' : 'NOT_SETUP',
      enrollment: mayBeSkipped(transaction) ? 'OPTIONAL' : 'REQUIRED',
      ...(!isActive && { _links: { enroll: plainLink(org, 'factors') } }),
    };
  });
}
