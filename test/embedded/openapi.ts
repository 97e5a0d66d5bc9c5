import { Ajv, type ValidateFunction } from 'ajv';
import formats from 'ajv-formats';
import type { Exchange } from '../../src/embedded/handle.ts';
import {
  loadSpecs,
  responseSchema,
  type Schema,
  type Spec,
  type StandaloneSchema,
  specsAvailable,
  standalone,
  unknownMembers,
} from './openapi-spec.ts';

/** What the org may answer beside Okta's description, each with the reason. */
const allowed: readonly { why: string; matches: (exchange: Exchange) => boolean }[] = [
  {
    why: 'the authentication API is in neither file',
    matches: ({ path }) => path === '/api/v1/authn' || path.startsWith('/api/v1/authn/'),
  },
  {
    why: 'the MyAccount API is in neither file',
    matches: ({ path }) => path.startsWith('/idp/myaccount/'),
  },
  {
    why: 'the outbox is ours, for people without a mailbox',
    matches: ({ path }) => path === '/outbox.json',
  },
];

/** Statuses that Okta sends on every operation and documents on few; the body is its error object. */
const undocumented: readonly { why: string; matches: (exchange: Exchange) => boolean }[] = [
  { why: 'bad credentials of the caller', matches: ({ status }) => status === 401 },
  {
    why: 'a body that is no JSON, a bad filter, a missing parameter',
    matches: ({ status }) => status === 400,
  },
  { why: 'unknown authorization server or path (E0000007, E0000008)', matches: isNotFound },
  { why: 'E0000022', matches: ({ status }) => status === 405 },
  { why: 'E0000231, a stale If-Match', matches: ({ status }) => status === 412 },
  { why: 'E0000047, the rate limit', matches: ({ status }) => status === 429 },
  { why: 'E0000060, what this org does not emulate', matches: ({ status }) => status === 501 },
];

/** Members that Okta sends and its description lacks. */
const unlisted: readonly { path: RegExp; member: RegExp; why: string }[] = [
  {
    path: /\/lifecycle\/expire_password_with_temp_password$/,
    member: /^\/tempPassword$/,
    why: 'the example shows it, the schema is that of a user',
  },
  {
    path: /\/factors\/\w+\/transactions\/\w+$/,
    member: /^\/(expiresAt|_links\/factor\/(href|hints))$/,
    why: 'the examples show them; the schema has a factor in the place of the link to it',
  },
];

function isNotFound({ status }: Exchange): boolean {
  return status === 404;
}

const errorShape = {
  type: 'object',
  required: ['errorCode', 'errorSummary', 'errorLink', 'errorId', 'errorCauses'],
  properties: {
    errorCode: { type: 'string' },
    errorSummary: { type: 'string' },
    errorLink: { type: 'string' },
    errorId: { type: 'string' },
    errorCauses: {
      type: 'array',
      items: {
        type: 'object',
        required: ['errorSummary'],
        properties: { errorSummary: { type: 'string' } },
        additionalProperties: false,
      },
    },
  },
  additionalProperties: false,
};

const oauthErrorShape = {
  type: 'object',
  required: ['error', 'error_description'],
  properties: { error: { type: 'string' }, error_description: { type: 'string' } },
  additionalProperties: false,
};

interface Validator {
  check(exchange: Exchange): string[];
}

function pathPattern(template: string): RegExp {
  const literal = template.replace(/[.*+?^$()|[\]\\]/g, '\\$&');
  return new RegExp(`^${literal.replace(/\{[^}]+\}/g, '[^/]+')}$`);
}

function createValidator(): Validator {
  const ajv = new Ajv({ strict: false, allErrors: true, logger: false, validateSchema: false });
  formats.default(ajv);
  const operations = loadSpecs().flatMap((spec) =>
    Object.entries(spec.paths).map(([template, methods]) => ({
      spec,
      template,
      methods,
      pattern: pathPattern(template),
    })),
  );
  operations.sort((a, b) => a.template.split('{').length - b.template.split('{').length);
  const compiled = new Map<string, { validate: ValidateFunction; schema: StandaloneSchema }>();
  const errors = { envelope: ajv.compile(errorShape), oauth: ajv.compile(oauthErrorShape) };

  const compile = (key: string, spec: Spec, schema: Schema) => {
    const known = compiled.get(key);
    if (known !== undefined) return known;
    const whole = standalone(spec, schema);
    const fresh = { validate: ajv.compile(whole), schema: whole };
    compiled.set(key, fresh);
    return fresh;
  };

  const checkUndocumented = (exchange: Exchange, body: unknown): string[] => {
    if (!undocumented.some(({ matches }) => matches(exchange))) return ['is not documented'];
    return errors.envelope(body) || errors.oauth(body) ? [] : ['is no error body of Okta'];
  };

  return {
    check(exchange) {
      const body: unknown = JSON.parse(exchange.body);
      const method = exchange.method.toLowerCase();
      const operation = operations.find(
        ({ pattern, methods }) => pattern.test(exchange.path) && methods[method] !== undefined,
      );
      const response = operation?.methods[method]?.responses?.[String(exchange.status)];
      if (operation === undefined || response === undefined)
        return checkUndocumented(exchange, body);
      const schema = responseSchema(operation.spec, response);
      if (schema === null) {
        if (exchange.status >= 400) return checkUndocumented(exchange, body);
        return JSON.stringify(body) === '{}' ? [] : ['has a body where none is documented'];
      }
      const key = `${method} ${operation.template} ${exchange.status}`;
      const { validate, schema: whole } = compile(key, operation.spec, schema);
      const extra = unknownMembers(whole, body).filter(
        (member) =>
          !unlisted.some((entry) => entry.path.test(exchange.path) && entry.member.test(member)),
      );
      return [
        ...(validate(body)
          ? []
          : (validate.errors ?? []).map((error) => `${error.instancePath} ${error.message}`)),
        ...extra.map((member) => `${member} is in no schema`),
      ];
    },
  };
}

export interface OpenApiCheck {
  /** For `observe` of startEmbeddedOkta. */
  readonly observe: (exchange: Exchange) => void;
  /** One line per response since the last call that Okta would not send; empty without its files. */
  violations(): string[];
}

/** Keeps every JSON answer and checks them all at the end, so that no test waits for a compiler. */
export function createOpenApiCheck(): OpenApiCheck {
  const seen = new Map<string, Exchange>();
  let validator: Validator | null = null;
  return {
    observe(exchange) {
      const isJson = exchange.contentType?.includes('json') ?? false;
      if (!specsAvailable || !isJson || exchange.body === '') return;
      if (allowed.some(({ matches }) => matches(exchange))) return;
      const { method, path, status, body } = exchange;
      seen.set(`${method} ${path} ${status} ${body}`, exchange);
    },
    violations() {
      if (seen.size === 0) return [];
      validator ??= createValidator();
      const { check } = validator;
      const exchanges = [...seen.values()];
      seen.clear();
      return exchanges.flatMap((exchange) =>
        check(exchange).map(
          (problem) => `${exchange.method} ${exchange.path} ${exchange.status}: ${problem}`,
        ),
      );
    },
  };
}
