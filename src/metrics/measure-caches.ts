import { type Instruments, inSeconds } from './instruments.ts';
import type { Sources } from './sources.ts';

/** Sizes and hit rates of the caches of documents, tokens, keys and profiles. */
export function measureCaches(instruments: Instruments, sources: Sources): void {
  const { tokens, keys, profiles, cacheSizes } = sources;
  measureCacheSizes(instruments, cacheSizes);
  measureDocuments(instruments, sources.documents);
  measureTokens(instruments, tokens);
  measureKeys(instruments, keys);
  measureProfiles(instruments, profiles);
  measureProfileBatches(instruments, profiles);
}

function measureCacheSizes({ gauge }: Instruments, read: Sources['cacheSizes']): void {
  gauge({
    name: 'cache_entries',
    help: 'Entries of caches in memory that have no metric of their own, including expired ones.',
    labels: ['cache'],
    read: () => Object.entries(read()),
  });
}

function measureDocuments({ gauge }: Instruments, read: Sources['documents']): void {
  const labels = ['cache'];
  gauge({
    name: 'document_cache_entries',
    help: 'GraphQL documents that are cached. parsed: parsed and validated; persisted, compiled, compiled_of_anyone: compiled, of the persisted documents, of those that services send, and of those that anyone sends.',
    labels,
    read: () => Object.entries(read()).map(([cache, { entries }]) => [cache, entries]),
  });
  gauge({
    name: 'document_cache_bytes',
    help: 'Memory that they take, approximately.',
    labels,
    read: () => Object.entries(read()).map(([cache, { bytes }]) => [cache, bytes]),
  });
}

function measureTokens({ counter, gauge }: Instruments, tokens: Sources['tokens']): void {
  gauge({
    name: 'token_cache_entries',
    help: 'Access tokens whose good signature is remembered.',
    read: () => [[tokens().size]],
  });
  counter({
    name: 'token_checks_total',
    help: 'Local checks of access tokens. hit: the signature was known to be good; negative: to be bad; miss: it was checked.',
    labels: ['result'],
    read() {
      const { hits, misses, negativeHits } = tokens();
      return [
        ['hit', hits - negativeHits],
        ['negative', negativeHits],
        ['miss', misses],
      ];
    },
  });
  counter({
    name: 'introspections_total',
    help: 'Access tokens that Okta was asked about.',
    read: () => [[tokens().introspections]],
  });
  gauge({
    name: 'introspections_in_flight',
    help: 'Those that Okta has not answered yet.',
    read: () => [[tokens().inFlight]],
  });
  gauge(
    {
      name: 'revocations_entries',
      help: 'Revocations that are remembered, each until no token lives that it concerns.',
      read: () => [[tokens().revocations]],
    },
    'max',
  );
}

function measureKeys({ counter, gauge }: Instruments, keys: Sources['keys']): void {
  gauge(
    {
      name: 'issuer_keys_age_seconds',
      help: "How long ago the issuer's keys were loaded; none until they were.",
      read: () => [[inSeconds(keys().ageMs)]],
    },
    'max',
  );
  counter({
    name: 'issuer_key_loads_total',
    help: "Loads of the issuer's keys. failed: those from before serve for an hour past their freshness.",
    labels: ['result'],
    read() {
      const { loads, failedLoads } = keys();
      return [
        ['ok', loads],
        ['failed', failedLoads],
      ];
    },
  });
}

function measureProfiles({ counter, gauge }: Instruments, profiles: Sources['profiles']): void {
  gauge({
    name: 'profile_cache_entries',
    help: 'Accounts whose profile is kept.',
    read: () => [[profiles().entries]],
  });
  gauge({
    name: 'profile_cache_bytes',
    help: 'Memory that they take, approximately.',
    read: () => [[profiles().bytes]],
  });
  counter({
    name: 'profile_reads_total',
    help: 'Profiles that were requested. hit: cached; stale: cached, and refreshed after the answer; joined: shared a read in flight; miss: read from Okta.',
    labels: ['result'],
    read() {
      const { hits, staleHits, misses, joined } = profiles();
      return [
        ['hit', hits - staleHits],
        ['stale', staleHits],
        ['joined', joined],
        ['miss', misses - joined],
      ];
    },
  });
  counter({
    name: 'profile_evictions_total',
    help: 'Profiles that something has changed and that are read anew when they are asked for.',
    read: () => [[profiles().evictions]],
  });
}

function measureProfileBatches(
  { counter, gauge }: Instruments,
  profiles: Sources['profiles'],
): void {
  counter({
    name: 'profile_batches_total',
    help: 'Calls to Okta that read many profiles.',
    labels: ['result'],
    read() {
      const { batches, failedBatches } = profiles();
      return [
        ['ok', batches - failedBatches],
        ['failed', failedBatches],
      ];
    },
  });
  counter({
    name: 'profile_batch_ids_total',
    help: 'Profiles in these calls.',
    read: () => [[profiles().ids]],
  });
  gauge({
    name: 'profile_batches_in_flight',
    help: 'Those that Okta has not answered yet.',
    read: () => [[profiles().batchesInFlight]],
  });
  gauge({
    name: 'profile_queue',
    help: 'Profiles that wait for the next call.',
    read: () => [[profiles().queued]],
  });
}
