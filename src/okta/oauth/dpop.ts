import {
  allowInsecureRequests,
  customFetch,
  DPoP,
  type DPoPHandle,
  type DPoPRequestOptions,
  generateKeyPair,
  modifyAssertion,
  protectedResourceRequest,
  WWWAuthenticateChallengeError,
} from 'oauth4webapi';
import { DpopRefused } from '../errors/dpop-refused.ts';
import type { OktaRequest } from '../http/call.ts';

/** The key that a token is bound to, with the last nonce of each origin; null for a Bearer token. */
export type DpopKey = DPoPHandle | null;

/**
 * DPoP (RFC 9449) for one credential. Once Okta demands it, tokens are bound to a key, which is generated
 * then, never leaves the process, and is dropped with the credential.
 */
export interface Dpop {
  /**
   * Sends a token request. Repeats it with a proof, and with a nonce in the proof, if Okta asks for
   * them. Later requests have both from the start.
   * @throws as `send`; DpopRefused if Okta refuses the proof too
   */
  request<Answer extends { readonly token_type: string }>(
    send: (options: DPoPRequestOptions) => Promise<Answer>,
  ): Promise<Bound<Answer>>;
}

interface Bound<Answer> {
  readonly answer: Answer;
  /** The key that the token in the answer is bound to. */
  readonly key: DpopKey;
}

/** Returns the same Dpop for the same credential, so that all its tokens share a key and a nonce. */
export type DpopOf = (credential: object) => Dpop;

interface Options {
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** Called when Okta starts to bind tokens to a key, and when it stops. */
  readonly onChange?: OnDpopChange | undefined;
}

export type OnDpopChange = (isBound: boolean) => void;

export function createDpop(options: Options): DpopOf {
  const byCredential = new WeakMap<object, Dpop>();
  return (credential) => {
    const known = byCredential.get(credential);
    if (known !== undefined) return known;
    const dpop = dpopOfOne(options);
    byCredential.set(credential, dpop);
    return dpop;
  };
}

function dpopOfOne({ now, onChange }: Options): Dpop {
  let current: Promise<DPoPHandle> | null = null;
  let wasBound = false;
  const settle = (isBound: boolean) => {
    if (isBound !== wasBound) onChange?.(isBound);
    wasBound = isBound;
  };
  const makeKey = () => {
    const made = createKey(now);
    // The next request tries again.
    made.catch(() => {
      if (current === made) current = null;
    });
    return made;
  };
  return {
    async request(send) {
      // Three attempts: without a proof, with a proof, with a nonce in it.
      for (let triesLeft = 2; ; triesLeft -= 1) {
        const made = current;
        const key = await made;
        try {
          const answer = await send(key === null ? {} : { DPoP: key });
          const isBound = answer.token_type === 'dpop';
          settle(isBound);
          // Okta no longer demands DPoP, so the next request is sent without a proof.
          if (!isBound && current === made) current = null;
          return { answer, key: isBound ? key : null };
        } catch (error) {
          if (!(error instanceof DpopRefused)) throw error;
          const isRetryable = key === null || error.code === 'use_dpop_nonce';
          // The next request starts again with a new key.
          if (!isRetryable && current === made) current = null;
          if (!isRetryable || triesLeft === 0) throw error;
          current ??= makeKey();
        }
      }
    },
  };
}

async function createKey(now: () => number): Promise<DPoPHandle> {
  const keyPair = await generateKeyPair('ES256', { extractable: false });
  return DPoP({}, keyPair, {
    [modifyAssertion]: (_header, payload) => {
      payload['iat'] = Math.floor(now() / 1000);
    },
  });
}

/** Adds the token and, if it is bound to a key, a new proof for each time the request is sent. */
export function withToken(request: OktaRequest, accessToken: string, key: DpopKey): OktaRequest {
  if (key === null) {
    const headers = { ...request.headers, authorization: `Bearer ${accessToken}` };
    return { ...request, headers };
  }
  const url = new URL(request.url);
  return {
    ...request,
    async wrap(send) {
      try {
        return await protectedResourceRequest(accessToken, request.method, url, undefined, null, {
          DPoP: key,
          [allowInsecureRequests]: url.protocol === 'http:',
          [customFetch]: (_url, { headers }) => send(headers),
        });
      } catch (error) {
        // A refusal is handled like any other.
        if (error instanceof WWWAuthenticateChallengeError) return error.response;
        throw error;
      }
    },
  };
}
