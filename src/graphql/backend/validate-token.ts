import { andThen, type PromiseOrValue } from '../../async/maybe-promise.ts';
import { normalToken } from '../../identity/normal-form.ts';
import type { TokenInvalidReason, Verdict } from '../../tokens/token/model.ts';
import { isMaxAge } from '../../tokens/token/model.ts';
import { builder } from '../base/builder.ts';
import type { Context } from '../base/context.ts';
import { callerError, orTopLevelError } from '../base/top-level-errors.ts';
import { requireService } from '../guards/access.ts';
import { tokenRule } from '../guards/validation.ts';
import { UserType } from '../types/user.ts';

const TokenFreshness = builder.enumType('TokenFreshness', {
  description: 'How a token is checked. It decides how soon a revocation shows.',
  values: {
    LOCAL: {
      description:
        'Signature, claims and the revocations that this API knows, without asking Okta: fast. Other revocations are not seen; `revocationLagSeconds` says how recent those may be. Okta is asked only when this API cannot decide: for tokens that only Okta can read, and once for each token that may have been revoked.',
    },
    CACHED: {
      description:
        'As `LOCAL`, and Okta was asked within `maxAgeSeconds`. Each process of this API asks once in that time for each active token, however many callers there are.',
    },
    INTROSPECT: {
      description:
        'Signature and claims, and Okta is asked: slower, but sees a revocation at once.',
    },
  },
});

const TokenInvalidReasonType = builder.enumType('TokenInvalidReason', {
  description:
    'Why a token is not active. For logs and developers: with any reason, refuse the request.',
  values: {
    MALFORMED: { description: 'It is not a JWT, or longer than 32 KiB.' },
    UNSUPPORTED_ALGORITHM: { description: 'It is not signed with RS256.' },
    UNKNOWN_KEY: { description: 'It is signed with a key that the issuer does not publish.' },
    BAD_SIGNATURE: { description: 'The signature does not fit the content.' },
    WRONG_TYPE: { description: 'It is no access token, but another kind, such as an ID token.' },
    WRONG_ISSUER: { description: 'It was issued by another authorization server (`iss` claim).' },
    WRONG_AUDIENCE: { description: 'It was issued for another API (`aud` claim).' },
    WRONG_CLIENT: {
      description: 'It was issued to an app that is not accepted here (`cid` claim).',
    },
    MISSING_CLAIM: {
      description: 'It lacks a claim that the tokens of customers have, such as `uid`.',
    },
    NOT_YET_VALID: { description: 'Its validity begins later (`nbf` or `iat` claim).' },
    EXPIRED: {
      description: 'It has expired (`exp` claim). The customer has to refresh the session.',
    },
    REVOKED: {
      description:
        'Okta says that it is not active, without saying why: revoked, expired or unknown. Or this API knows that it was revoked.',
    },
  } satisfies Record<TokenInvalidReason, { description: string }>,
});

const TokenValidation = builder.objectRef<Verdict>('TokenValidation').implement({
  description:
    'Whether a token is valid, and whose it is. Fields about its owner are null unless it is active.',
  fields: (t) => ({
    active: t.exposeBoolean('active', {
      description: 'True: the token is valid, and was issued to a customer by an accepted app.',
    }),
    reason: t.field({
      type: TokenInvalidReasonType,
      nullable: true,
      description: 'Why the token is not active; null for one that is.',
      resolve: (verdict) => (verdict.active ? null : verdict.reason),
    }),
    checkedBy: t.expose('checkedBy', {
      type: TokenFreshness,
      description:
        'How the token was checked in the end: `INTROSPECT` by asking Okta for this answer, `CACHED` by an earlier answer of Okta, `LOCAL` without Okta. A token that is invalid by itself is refused locally, whichever check was requested.',
    }),
    checkedAt: t.expose('checkedAt', {
      type: 'DateTime',
      description: 'When the token was checked; by Okta, when it was asked.',
    }),
  }),
});

builder.objectFields(TokenValidation, (t) => ({
  subject: t.string({
    nullable: true,
    description: 'The `sub` claim: at Okta the login, which may change. Prefer `userId`.',
    resolve: (verdict) => (verdict.active ? verdict.subject : null),
  }),
  userId: t.id({
    nullable: true,
    description: 'The user id of Okta (`uid` claim), which never changes.',
    resolve: (verdict) => (verdict.active ? verdict.userId : null),
  }),
  sessionId: t.id({
    nullable: true,
    description:
      'The session that the token belongs to, as `me { sessions { id } }` names it; null where the token does not say. For caches that follow `GET /events`.',
    resolve: (verdict) => (verdict.active ? verdict.sessionId : null),
  }),
  expiresAt: t.field({
    type: 'DateTime',
    nullable: true,
    description: 'When the token expires (`exp` claim).',
    resolve: (verdict) => (verdict.active ? verdict.expiresAt : null),
  }),
  scopes: t.stringList({
    description: 'The scopes that the token grants; empty unless it is active.',
    resolve: (verdict) => (verdict.active ? verdict.scopes : []),
  }),
  clientId: t.id({
    nullable: true,
    description: 'Client id of the app that the token was issued to (`cid` claim).',
    resolve: (verdict) => (verdict.active ? verdict.clientId : null),
  }),
  claims: t.field({
    type: 'JSON',
    nullable: true,
    description: 'Every claim of the token or, when introspected, every member of the answer.',
    resolve: (verdict) => (verdict.active ? verdict.claims() : null),
  }),
  revocationLagSeconds: t.int({
    nullable: true,
    description:
      'This verdict may miss a revocation of the last so many seconds: 0 with `INTROSPECT`, the age of the answer of Okta with `CACHED`, the age of the token with `LOCAL`, or less if this API receives all revocations sooner. Null unless the token is active.',
    resolve: (verdict) => (verdict.active ? verdict.revocationLagSeconds : null),
  }),
  user: t.field({
    type: UserType,
    nullable: true,
    description:
      'The account. If it is not cached, it is read together with the other users of the query. However the token is checked, the profile may be as old as twice `PROFILE_TTL_SECONDS`. Null if the account is gone.',
    resolve: (verdict, _args, { users }) =>
      verdict.active && verdict.userId !== null ? users.load(verdict.userId) : null,
  }),
}));

const ValidateTokenInput = builder.inputType('ValidateTokenInput', {
  description: 'What `validateToken` needs: the token, and how to check it.',
  fields: (t) => ({
    token: t.string({
      required: true,
      description: `The access token, as the customer sent it. ${tokenRule}`,
    }),
    freshness: t.field({
      type: TokenFreshness,
      required: true,
      defaultValue: 'LOCAL',
      description: 'How to check the token: locally, or by asking Okta.',
    }),
    maxAgeSeconds: t.int({
      description:
        'How long ago Okta may have been asked with `CACHED`: 1 to 300 seconds, 30 when left out. The other ways to check a token ignore it.',
    }),
  }),
});

builder.queryField('validateToken', (t) =>
  t.field({
    type: TokenValidation,
    nullable: true,
    description:
      'Says whether an access token is good and whose it is, for services. A bad token is an answer, never an error; `UPSTREAM_UNAVAILABLE` means that Okta had to be asked and did not answer, `BAD_REQUEST` that `maxAgeSeconds` is out of its bounds.',
    args: {
      input: t.arg({
        type: ValidateTokenInput,
        required: true,
        description: 'The token, and how to check it.',
      }),
    },
    resolve: (_root, { input }, context) =>
      andThen(requireService(context), () => verdictOn(input, context)),
  }),
);

function verdictOn(
  { token, freshness, maxAgeSeconds }: typeof ValidateTokenInput.$inferInput,
  { verifier, call, record }: Context,
): PromiseOrValue<Verdict> {
  if (typeof maxAgeSeconds === 'number' && !isMaxAge(maxAgeSeconds)) {
    throw callerError('BAD_REQUEST');
  }
  const how = { freshness, from: 'CUSTOMERS', opaque: 'INTROSPECT' } as const;
  const options = typeof maxAgeSeconds === 'number' ? { ...how, maxAgeSeconds } : how;
  const verdictOf = (text: string): PromiseOrValue<Verdict> =>
    verifier.verifySync(text, options) ?? orTopLevelError(verifier.verify(text, options, call));
  return andThen(verdictOf(token), (asSent) =>
    andThen(isMalformed(asSent) ? ofPasted(token, asSent, verdictOf) : asSent, (verdict) => {
      if (!verdict.active) record.noteTokenRefusal(verdict.reason);
      return verdict;
    }),
  );
}

function isMalformed(verdict: Verdict): boolean {
  return !verdict.active && verdict.reason === 'MALFORMED';
}

/** Nearly all tokens come clean, so the pasted form is tried last. */
function ofPasted(
  sent: string,
  asSent: Verdict,
  verdictOf: (token: string) => PromiseOrValue<Verdict>,
): PromiseOrValue<Verdict> {
  const token = normalToken(sent);
  // Two words that are not a token must not become one.
  return token.split('.').length === 3 ? verdictOf(token) : asSent;
}
