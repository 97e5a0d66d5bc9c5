import { createServer } from 'node:http';
import { context, propagation, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import {
  InMemorySpanExporter,
  NodeTracerProvider,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-node';
import { afterAll, beforeAll, beforeEach, expect, onTestFinished, test } from 'vitest';
import { LogInDocument } from '../../src/clients/storefront/documents/graphql.ts';
import { createApp } from '../../src/server/app.ts';
import { createTracing } from '../../src/server/observability/tracing.ts';
import { gql, send, tinyDeps } from '../server/tiny.ts';
import { listenLocally } from '../support/local-url.ts';
import { type Stack, startStack } from '../support/start.ts';

const exporter = new InMemorySpanExporter();
const traceId = '0af7651916cd43dd8448eb211c80319c';
const traceparent = `00-${traceId}-b7ad6b7169203331-01`;
const sent = { traceparent, 'x-forwarded-for': '192.0.2.1' };

let stack: Stack;
let behindProxy: Stack;
beforeAll(async () => {
  expect(createTracing()).toBeNull();
  // As `--import` of an SDK does it, before the API starts.
  new NodeTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] }).register();
  stack = await startStack({ flow: 'authn' });
  const trustedProxies = [{ address: '127.0.0.1', prefix: 32, family: 'ipv4' }] as const;
  behindProxy = await startStack({ flow: 'authn', beside: stack, server: { trustedProxies } });
});
beforeEach(() => exporter.reset());
afterAll(async () => {
  await behindProxy.close();
  await stack.close();
  // Other files share this process.
  for (const api of [trace, context, propagation]) api.disable();
});

const input = { email: 'demo@example.com', password: 'Correct-Horse-7' };
const spans = () => exporter.getFinishedSpans();

test('requests that come at once are each within what was traced around them', async () => {
  const deps = tinyDeps();
  const app = createApp({ ...deps, tracing: createTracing() });
  const tracer = trace.getTracer('around');
  const ids = ['request-1', 'request-2', 'request-3', 'request-4'];
  const arrived: (() => void)[] = [];
  const server = createServer((request, response) => {
    arrived.push(() =>
      tracer.startActiveSpan(`around ${request.headers['x-request-id']}`, (span) => {
        app.handle(request, response);
        span.end();
      }),
    );
    if (arrived.length === ids.length) for (const handle of arrived) handle();
  });
  onTestFinished(() => void server.close());
  const url = await listenLocally(server);
  const body = '{"query":"{ me { id } }"}';
  const headersOf = (id: string) => ({ 'content-type': 'application/json', 'x-request-id': id });
  await Promise.all(ids.map((id) => send(url, { headers: headersOf(id), body })));
  await expect.poll(() => spans().length).toBe(8);
  for (const id of ids) {
    const around = spans().find(({ name }) => name === `around ${id}`);
    const within = spans().find(({ attributes }) => attributes['account_api.request_id'] === id);
    expect(within?.parentSpanContext).toMatchObject({ spanId: around?.spanContext().spanId });
    expect(around).toBeDefined();
  }
});

test('a request is a span of the trace of a trusted proxy, and its calls to Okta are spans within it', async () => {
  stack.okta.requests.clear();
  await behindProxy.gql(LogInDocument, { input }, sent);
  const server = spans().find(({ kind }) => kind === SpanKind.SERVER);
  expect(server).toMatchObject({
    name: 'mutation LogIn',
    parentSpanContext: { traceId, spanId: 'b7ad6b7169203331' },
    attributes: {
      'http.request.method': 'POST',
      'http.response.status_code': 200,
      'graphql.operation.type': 'mutation',
      'graphql.operation.name': 'LogIn',
      'account_api.fields': ['logIn'],
      'account_api.outcomes': ['LogInSuccess'],
    },
  });
  const calls = spans().filter(({ kind }) => kind === SpanKind.CLIENT);
  expect(calls.map(({ name }) => name)).toEqual([
    'okta authn',
    'okta authorize',
    'okta token/authorization_code',
  ]);
  for (const call of calls) {
    expect(call.parentSpanContext?.spanId).toBe(server?.spanContext().spanId);
    expect(call.attributes['okta.request_id']).toMatch(/./);
    expect(call.status.code).toBe(SpanStatusCode.UNSET);
  }
  for (const { headers } of stack.okta.requests.all())
    expect(headers).not.toHaveProperty('traceparent');
});

test('no other caller chooses the trace of a request', async () => {
  await stack.gql(LogInDocument, { input }, sent);
  const server = spans().find(({ kind }) => kind === SpanKind.SERVER);
  expect(server?.name).toBe('mutation LogIn');
  expect(server?.parentSpanContext).toBeUndefined();
  for (const span of spans()) expect(span.spanContext().traceId).not.toBe(traceId);
});

test('a failure of Okta is an error of its call; no span holds what was sent', async () => {
  onTestFinished(
    stack.okta.fail({ path: '/api/v1/authn', fault: { kind: 'answer', status: 503 } }),
  );
  await stack.gql(LogInDocument, { input });
  await gql(stack.url, `query Canary { canary: me { id } }`);
  await gql(stack.url, `{ canary }`);
  const failed = spans().find(({ kind }) => kind === SpanKind.CLIENT);
  expect(failed).toMatchObject({
    name: 'okta authn',
    status: { code: SpanStatusCode.ERROR },
    attributes: { 'http.response.status_code': 503, 'error.type': 'HTTP_503' },
  });
  const names = spans().map(({ name }) => name);
  expect(names).toEqual(['okta authn', 'mutation LogIn', 'query', 'POST /graphql']);
  const text = JSON.stringify(spans().map(({ name, attributes }) => ({ name, attributes })));
  for (const secret of ['canary', 'Canary', input.email, input.password]) {
    expect(text).not.toContain(secret);
  }
});

test('probes leave no span', async () => {
  await send(stack.url, { method: 'GET', path: '/live' });
  expect(spans()).toEqual([]);
});
