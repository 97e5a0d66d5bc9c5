/** One exchange with the identity provider, as its adapter reports it. */
export interface ProviderCall {
  /** A name out of a closed set; a URL could hold ids. */
  readonly endpoint: string;
  /** Null where no answer came. */
  readonly status: number | null;
  readonly durationMs: number;
  /** Okta's X-Okta-Request-Id: what its support and its system log know the call by. */
  readonly oktaRequestId: string | null;
  /** A code out of a closed set, never a text. */
  readonly failure: string | null;
}

/** Brings the calls that the adapter made to the log line of the request that they were made for. */
export interface ProviderCalls {
  /** For the adapter. Calls for no open request, such as those of a probe, are not kept. */
  observe(call: ProviderCall & { readonly requestId: string }): void;
  open(requestId: string): void;
  /** Requests that run at once under one id of their caller's see each other's calls as well. */
  close(requestId: string): readonly ProviderCall[];
}

export function createProviderCalls(): ProviderCalls {
  const requests = new Map<string, { readonly calls: ProviderCall[]; open: number }>();
  return {
    observe({ requestId, endpoint, status, durationMs, oktaRequestId, failure }) {
      const call = { endpoint, status, durationMs, oktaRequestId, failure };
      requests.get(requestId)?.calls.push(call);
    },
    open(requestId) {
      const request = requests.get(requestId) ?? { calls: [], open: 0 };
      request.open += 1;
      requests.set(requestId, request);
    },
    close(requestId) {
      const request = requests.get(requestId);
      if (request === undefined) return [];
      request.open -= 1;
      if (request.open === 0) requests.delete(requestId);
      return request.calls;
    },
  };
}
