import type { TokenInvalidReason, Verdict } from '../tokens/model.ts';
import { requireService } from './access.ts';
import { builder } from './builder.ts';
import { orTopLevelError } from './top-level-errors.ts';
import { UserType } from './users.ts';

const TokenFreshness = builder.enumType('TokenFreshness', {
  description: 'How fresh a verdict has to be.',
  values: {
    LOCAL: {
      description:
        'Signature and claims, without asking Okta: fast, and blind to revocation until the token expires. Tokens that cannot be checked so are introspected.',
    },
    INTROSPECT: { description: 'Okta is asked: slower, and sees a revocation at once.' },
  },
});

const TokenInvalidReasonType = builder.enumType('TokenInvalidReason', {
  description: 'Why a token is not active. For logs and developers; every reason means no.',
  values: {
    MALFORMED: { description: 'Not a JWT, or longer than 8 KiB.' },
    UNSUPPORTED_ALGORITHM: { description: 'Not signed by RS256.' },
    UNKNOWN_KEY: { description: 'Signed by a key that the issuer does not publish.' },
    BAD_SIGNATURE: { description: 'The signature does not fit the content.' },
    WRONG_TYPE: { description: 'Another kind of token, such as an ID token.' },
    WRONG_ISSUER: { description: 'Of another authorization server.' },
    WRONG_AUDIENCE: { description: 'For another API.' },
    WRONG_CLIENT: { description: 'Given to an app that is not accepted.' },
    MISSING_CLAIM: { description: 'Lacks a claim that tokens of customers have.' },
    NOT_YET_VALID: { description: 'Good only later.' },
    EXPIRED: { description: 'Its time is over: refresh.' },
    REVOKED: { description: 'Okta says that it is not active, and not why.' },
  } satisfies Record<TokenInvalidReason, { description: string }>,
});

const TokenValidation = builder.objectRef<Verdict>('TokenValidation').implement({
  description: 'The verdict on a token. Everything about its owner is null unless it is active.',
  fields: (t) => ({
    active: t.exposeBoolean('active', {
      description: 'True: the token is good, and was given to a customer by an accepted app.',
    }),
    reason: t.field({
      type: TokenInvalidReasonType,
      nullable: true,
      description: 'Why not; null for an active token.',
      resolve: (verdict) => (verdict.active ? null : verdict.reason),
    }),
    checkedBy: t.expose('checkedBy', {
      type: TokenFreshness,
      description: 'How it was checked in the end.',
    }),
    checkedAt: t.expose('checkedAt', {
      type: 'DateTime',
      description: 'When it was checked.',
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
  expiresAt: t.field({
    type: 'DateTime',
    nullable: true,
    description: 'End of the token.',
    resolve: (verdict) => (verdict.active ? verdict.expiresAt : null),
  }),
  scopes: t.stringList({
    description: 'What the token grants; empty unless it is active.',
    resolve: (verdict) => (verdict.active ? verdict.scopes : []),
  }),
  clientId: t.id({
    nullable: true,
    description: 'The app that the token was given to (`cid` claim).',
    resolve: (verdict) => (verdict.active ? verdict.clientId : null),
  }),
  claims: t.field({
    type: 'JSON',
    nullable: true,
    description: 'Every claim of the token or, when introspected, every member of the answer.',
    resolve: (verdict) => (verdict.active ? verdict.claims : null),
  }),
  revocationLagSeconds: t.int({
    nullable: true,
    description:
      'For how many seconds this verdict may overlook a revocation: 0 when introspected, the rest of the life of the token when local. Null unless it is active.',
    resolve: (verdict) => (verdict.active ? verdict.revocationLagSeconds : null),
  }),
  user: t.field({
    type: UserType,
    nullable: true,
    description:
      'The account as Okta has it now, read together with the other users of the query. Null where it is gone.',
    resolve: (verdict, _args, { users }) =>
      verdict.active && verdict.userId !== null ? users.load(verdict.userId) : null,
  }),
}));

const ValidateTokenInput = builder.inputType('ValidateTokenInput', {
  description: 'The token to judge.',
  fields: (t) => ({
    token: t.string({ required: true, description: 'An access token, as a customer sent it.' }),
    freshness: t.field({
      type: TokenFreshness,
      required: true,
      defaultValue: 'LOCAL',
      description: 'How fresh the verdict has to be.',
    }),
  }),
});

builder.queryField('validateToken', (t) =>
  t.field({
    type: TokenValidation,
    description:
      'Says whether an access token is good and whose it is, for services. A bad token is an answer, never an error; `UPSTREAM_UNAVAILABLE` means that Okta had to be asked and did not answer.',
    args: {
      input: t.arg({ type: ValidateTokenInput, required: true, description: 'Token and how.' }),
    },
    resolve: async (_root, { input }, context) => {
      await requireService(context);
      const { token, freshness } = input;
      const options = { freshness, from: 'CUSTOMERS' } as const;
      return orTopLevelError(context.verifier.verify(token, options, context.call));
    },
  }),
);
