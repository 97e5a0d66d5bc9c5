import { type Instruments, inSeconds, type Sample } from './instruments.ts';
import type { Sources } from './sources.ts';

/** Events between processes, events from Okta, and what the limits refused. */
export function measureEvents({ counter, gauge }: Instruments, sources: Sources): void {
  const { events, oktaEvents, refreshes, limits, redisWorks } = sources;
  measureFeed({ counter, gauge }, sources);
  measureStreams({ counter, gauge }, sources);
  counter({
    name: 'account_events_published_total',
    help: 'Account events that this process has published.',
    read: () => [[events().published]],
  });
  counter({
    name: 'account_events_heard_total',
    help: 'Account events that this process has received, including its own.',
    labels: ['kind'],
    read: () => Object.entries(events().received),
  });
  counter({
    name: 'okta_events_total',
    help: 'Events from Okta, by hook or in its System Log.',
    labels: ['type'],
    read: () => Object.entries(oktaEvents()),
  });
  counter({
    name: 'refreshes_total',
    help: 'Refreshes. made: by Okta; replayed: for who came with the same token; failed: refused, or Okta did not answer.',
    labels: ['result'],
    read: () => Object.entries(refreshes()),
  });
  counter({
    name: 'limits_total',
    help: 'What the limits have let through (scope none) and refused.',
    labels: ['kind', 'scope', 'result'],
    read: () => limitFigures(limits()),
  });
  gauge(
    {
      name: 'redis_up',
      help: '1 while Redis works, 0 while it does not; none without a Redis.',
      read: () => [[worth(redisWorks())]],
    },
    'min',
  );
}

function measureFeed(
  { gauge }: Instruments,
  { revocationLagSeconds, revocationsReceivedUntil }: Sources,
): void {
  gauge(
    {
      name: 'revocation_feed_lag_seconds',
      help: "How old a revocation at Okta can be that is not known here; none while Okta's System Log is not read.",
      read: () => [[revocationLagSeconds()]],
    },
    'max',
  );
  gauge(
    {
      name: 'revocation_feed_complete_timestamp_seconds',
      help: "Until when all of Okta's System Log was received, or when the process began; none where it is not to be read.",
      read: () => [[inSeconds(revocationsReceivedUntil())]],
    },
    'min',
  );
}

function measureStreams({ counter, gauge }: Instruments, { eventStreams }: Sources): void {
  gauge({
    name: 'event_streams',
    help: 'Open streams of account events (GET /events).',
    read: () => [[eventStreams().readers]],
  });
  counter({
    name: 'event_stream_events_total',
    help: 'Account events sent to all streams together.',
    read: () => [[eventStreams().sent]],
  });
  counter({
    name: 'event_streams_ended_total',
    help: 'Streams that have ended. closed: by the reader or the network; slow: it did not read; draining: this process ends; credentials: the service may no longer read.',
    labels: ['reason'],
    read: () => Object.entries(eventStreams().ended),
  });
}

function limitFigures({ allowed, refused }: ReturnType<Sources['limits']>): readonly Sample[] {
  return [
    ...Object.entries(allowed).map(([kind, count]): Sample => [kind, 'none', 'allowed', count]),
    ...Object.entries(refused).flatMap(([kind, scopes]) =>
      Object.entries(scopes).map(([scope, count]): Sample => [kind, scope, 'refused', count]),
    ),
  ];
}

function worth(works: boolean | null): number | null {
  return works === null ? null : Number(works);
}
