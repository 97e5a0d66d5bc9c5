import type { OktaSettings } from '../config.ts';
import { maxAccessTokenSeconds, maxTokenLength } from '../identity/access-token.ts';
import type { TokenInvalidReason } from '../tokens/token/model.ts';
import { untickDpop } from './dpop.ts';
import type { Finding } from './finding.ts';

interface Refused {
  /** The claims of the token; empty when only Okta can read it. */
  readonly claims: Readonly<Record<string, unknown>>;
  /** Length of the token in characters. */
  readonly length: number;
  readonly okta: OktaSettings;
  /** Epoch milliseconds. */
  readonly now: number;
}

type Words = Pick<Finding, 'message' | 'fix'>;

const explanations: Readonly<Record<TokenInvalidReason, (refused: Refused) => Words>> = {
  WRONG_AUDIENCE: ({ claims, okta }) => ({
    message: `OKTA_AUDIENCE is ${okta.audience}, but tokens are issued for ${textOf(claims['aud'])}.`,
    fix: 'Set OKTA_AUDIENCE to the audience of the authorization server (Okta Admin Console: Security > API).',
  }),
  WRONG_ISSUER: ({ claims, okta }) => ({
    message: `OKTA_ISSUER is ${okta.issuer}, but tokens are issued by ${textOf(claims['iss'])}.`,
    fix: 'Set OKTA_ISSUER to the issuer that is in the tokens: with a custom domain, the one that Okta Admin Console: Security > API shows.',
  }),
  WRONG_CLIENT: ({ claims, okta }) => ({
    message: `OKTA_ACCEPTED_CLIENT_IDS is ${okta.acceptedClientIds.join(', ')}, but tokens are issued to ${textOf(claims['cid'])}.`,
    fix: `Add ${okta.clientId} to OKTA_ACCEPTED_CLIENT_IDS, or remove the variable.`,
  }),
  WRONG_TYPE: ({ claims, okta }) =>
    claims['cnf'] === undefined
      ? {
          message: 'Okta issues a token of another type as access token.',
          fix: 'Check whether a token inline hook changes the claims of access tokens.',
        }
      : {
          message: `Okta binds the tokens of the app ${okta.clientId} to a DPoP key, so this API refuses them.`,
          fix: `${untickDpop} in the app.`,
        },
  MISSING_CLAIM: ({ claims }) => ({
    message: `Access tokens lack the claim ${missingIn(claims).join(', ') || 'uid'}, or it is not of its type.`,
    fix: 'Check whether a token inline hook removes claims of access tokens.',
  }),
  MALFORMED: ({ claims, length }) =>
    length > maxTokenLength
      ? {
          message: `Access tokens have ${length} characters, more than the ${maxTokenLength} that this API takes.`,
          fix: 'Let the groups claim of the authorization server hold fewer groups, by a filter.',
        }
      : {
          message: `Access tokens are valid for ${lifeOf(claims)} s, more than the ${maxAccessTokenSeconds} s that Okta allows.`,
          fix: 'Set the access token lifetime in the access policy of the authorization server.',
        },
  UNSUPPORTED_ALGORITHM: () => ({
    message: 'Access tokens are not signed with RS256.',
    fix: 'Use an authorization server of Okta that signs with RS256.',
  }),
  UNKNOWN_KEY: ({ okta }) => ({
    message: `Access tokens are signed with a key that ${okta.issuer} does not publish.`,
    fix: 'Check that OKTA_ISSUER is the authorization server of the app, and that no proxy answers in its place.',
  }),
  BAD_SIGNATURE: ({ okta }) => ({
    message: `The signature of access tokens does not fit the keys of ${okta.issuer}.`,
    fix: 'Check that no proxy answers in the place of Okta.',
  }),
  NOT_YET_VALID: (refused) => clock(refused, 'iat'),
  EXPIRED: (refused) => clock(refused, 'exp'),
  REVOKED: ({ okta }) => ({
    message: `Okta's introspection calls tokens inactive that it has just issued to the client ${okta.clientId}.`,
    fix: 'Check that OKTA_ISSUER is the authorization server that issues the tokens.',
  }),
};

/** Explains why this API refuses a token that Okta has just issued, and what to change. */
export function explainRefusal(reason: TokenInvalidReason, refused: Refused): Finding {
  return { code: 'ACCESS_TOKEN', severity: 'MISCONFIGURED', ...explanations[reason](refused) };
}

function clock({ claims, now }: Refused, claim: 'iat' | 'exp'): Words {
  const claimed = claims[claim];
  const seconds = typeof claimed === 'number' ? Math.round(claimed - now / 1000) : null;
  const where = claim === 'iat' ? 'ahead of' : 'behind';
  const by = seconds === null ? '' : ` (\`${claim}\` is ${Math.abs(seconds)} s away)`;
  return {
    message: `Okta's clock is ${where} the clock of this machine${by}, so fresh tokens are refused.`,
    fix: 'Set the clock of this machine by NTP.',
  };
}

const needed = ['aud', 'cid', 'sub', 'uid', 'scp', 'iat', 'exp'];

function missingIn(claims: Refused['claims']): readonly string[] {
  return needed.filter((name) => claims[name] === undefined);
}

function lifeOf({ iat, exp }: Refused['claims']): unknown {
  return typeof iat === 'number' && typeof exp === 'number' ? exp - iat : 'an unknown number of';
}

/** An audience may be a list. */
function textOf(claim: unknown): string {
  const texts = [claim].flat().filter((text) => typeof text === 'string');
  return texts.length > 0 ? texts.join(', ') : 'another one';
}
