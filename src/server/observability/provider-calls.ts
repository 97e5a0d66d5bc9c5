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
  /** Places of members of a list that could not be read, names out of a closed set; undefined: none. */
  readonly unreadable?: readonly string[] | undefined;
}

/** Collects the calls of the adapter by request, for the log line of the request. */
export interface ProviderCalls {
  /**
   * For the adapter, which knows a request by its key. Calls that belong to no open request, such as
   * those of a probe, are dropped.
   */
  observe(call: ProviderCall & { readonly requestId: string }): void;
  open(key: string): void;
  close(key: string): readonly ProviderCall[];
}

export function createProviderCalls(): ProviderCalls {
  /** Null until the first call; most requests make none. */
  const requests = new Map<string, ProviderCall[] | null>();
  return {
    observe({ requestId, endpoint, status, durationMs, oktaRequestId, failure, unreadable = [] }) {
      const calls = requests.get(requestId);
      if (calls === undefined) return;
      const call = {
        endpoint,
        status,
        durationMs,
        oktaRequestId,
        failure,
        ...(unreadable.length > 0 && { unreadable }),
      };
      if (calls === null) requests.set(requestId, [call]);
      else calls.push(call);
    },
    open(key) {
      requests.set(key, null);
    },
    close(key) {
      const calls = requests.get(key) ?? [];
      requests.delete(key);
      return calls;
    },
  };
}
