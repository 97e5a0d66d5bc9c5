import { readdirSync, readFileSync } from 'node:fs';
import {
  composeServices,
  transformSupergraphToPublicSchema,
} from '@theguild/federation-composition';
import {
  buildASTSchema,
  GraphQLObjectType,
  getNamedType,
  getVariableValues,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isIntrospectionType,
  isNonNullType,
  isObjectType,
  isSpecifiedScalarType,
  isUnionType,
  Kind,
  type OperationDefinitionNode,
  parse,
  print,
  validate,
} from 'graphql';
import { describe, expect, test } from 'vitest';
import { callerSdl, schema as served, subgraphSdl } from '../../src/graphql/schema.ts';
import { accountErrorCodes } from '../../src/identity/errors.ts';

const folder = new URL('../../schema/', import.meta.url);
const read = (name: string) => readFileSync(new URL(name, folder), 'utf8');

const schema = buildASTSchema(parse(callerSdl()));
const types = Object.values(schema.getTypeMap()).filter(
  (type) => !isIntrospectionType(type) && !isSpecifiedScalarType(type),
);
const rootFields = [schema.getQueryType(), schema.getMutationType()].flatMap((root) =>
  Object.values(root?.getFields() ?? {}),
);
const documents = readdirSync(new URL('operations/', folder))
  .filter((name) => name.endsWith('.graphql'))
  .map((name) => ({ name, text: read(`operations/${name}`) }));

interface Example {
  readonly operation: string;
  readonly document: string;
  readonly authorization: string;
  readonly variables: Record<string, unknown>;
}
const examples = JSON.parse(read('operations/examples.json')) as Example[];

const pascalCase = (field: string) => `${field.slice(0, 1).toUpperCase()}${field.slice(1)}`;
const kebabCase = (field: string) =>
  field.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

function operationOf(text: string): OperationDefinitionNode {
  const [definition, ...rest] = parse(text).definitions;
  if (definition?.kind !== Kind.OPERATION_DEFINITION || rest.length > 0) {
    throw new Error('A document holds one operation.');
  }
  return definition;
}

describe('the committed schema', () => {
  test('schema.graphql is what the code says', () => {
    expect(read('schema.graphql')).toBe(callerSdl());
  });

  test('subgraph.graphql is what the code says', () => {
    expect(read('subgraph.graphql')).toBe(subgraphSdl());
  });

  test('the subgraph offers User as an entity by id, and callers do not see federation', () => {
    expect(subgraphSdl()).toContain('\ntype User implements Account @key(fields: "id") {');
    expect(callerSdl()).not.toMatch(/_entities|_service|@key/);
  });

  test('the subgraph composes with one that adds to User, and `me` leads there', () => {
    const orders = `
      extend schema @link(url: "https://specs.apollo.dev/federation/v2.0", import: ["@key"])
      type Query { order(id: ID!): Order }
      type Order { id: ID! customer: User! }
      type User @key(fields: "id") { id: ID! orders: [Order!]! }
    `;
    const { supergraphSdl, errors } = composeServices([
      { name: 'accounts', url: 'http://accounts/graphql', typeDefs: parse(subgraphSdl()) },
      { name: 'orders', url: 'http://orders/graphql', typeDefs: parse(orders) },
    ]);
    expect(errors).toBeUndefined();
    const composed = buildASTSchema(transformSupergraphToPublicSchema(parse(supergraphSdl ?? '')));
    const query = '{ me { user { orders { id } } } order(id: 1) { customer { email } } }';
    expect(validate(composed, parse(query))).toEqual([]);
  });

  test('what is served has every field of schema.graphql and two of federation', () => {
    const names = (root: GraphQLObjectType | null | undefined) =>
      Object.keys(root?.getFields() ?? {});
    expect(names(served.getMutationType()).sort()).toEqual(names(schema.getMutationType()));
    expect(names(served.getQueryType()).sort()).toEqual(
      ['_entities', '_service', ...names(schema.getQueryType())].sort(),
    );
  });
});

describe('the rules of the schema', () => {
  test('every type, field, argument and enum value has a description', () => {
    const silent: string[] = [];
    const note = (path: string, { description }: { description?: string | null | undefined }) => {
      if (!description) silent.push(path);
    };
    for (const type of types) {
      note(type.name, type);
      if (isObjectType(type) || isInterfaceType(type)) {
        for (const field of Object.values(type.getFields())) {
          note(`${type.name}.${field.name}`, field);
          for (const arg of field.args) note(`${type.name}.${field.name}(${arg.name})`, arg);
        }
      } else if (isInputObjectType(type)) {
        for (const field of Object.values(type.getFields()))
          note(`${type.name}.${field.name}`, field);
      } else if (isEnumType(type)) {
        for (const value of type.getValues()) note(`${type.name}.${value.name}`, value);
      }
    }
    expect(silent).toEqual([]);
  });

  test('every mutation takes one input object and answers with a union of its own name', () => {
    for (const field of Object.values(schema.getMutationType()?.getFields() ?? {})) {
      const name = pascalCase(field.name);
      expect(field.args.map((arg) => `${arg.name}: ${arg.type}`)).toEqual([`input: ${name}Input!`]);
      expect(String(field.type)).toBe(`${name}Result!`);
    }
  });

  test('a union member is the success, the end of a log-in, a pending step, or an AccountError', () => {
    for (const union of types.filter(isUnionType)) {
      const name = union.name.replace(/Result$/, '');
      for (const member of union.getTypes()) {
        const interfaces = member.getInterfaces().map((type) => type.name);
        const known = interfaces.includes('AccountError') || interfaces.includes('PendingStep');
        const isSuccess = [`${name}Success`, 'LogInSuccess'].includes(member.name);
        expect(known || isSuccess, `${member.name} of ${union.name}`).toBe(true);
      }
    }
  });

  test('the enum of error codes is the one of the domain, and each code has its type', () => {
    const codes = schema.getType('AccountErrorCode');
    const values = isEnumType(codes) ? codes.getValues().map((value) => value.name) : [];
    expect(values.sort()).toEqual([...accountErrorCodes].sort());
    for (const code of accountErrorCodes) {
      const name = code.toLowerCase().split('_').map(pascalCase).join('');
      expect(schema.getType(name), name).toBeInstanceOf(GraphQLObjectType);
    }
  });
});

describe('the documents of schema/operations', () => {
  test('there is one for every field of Query and Mutation, named after it', () => {
    expect(documents.map(({ name }) => name).sort()).toEqual(
      rootFields.map((field) => `${kebabCase(field.name)}.graphql`).sort(),
    );
    for (const field of rootFields) {
      const document = documents.find(({ name }) => name === `${kebabCase(field.name)}.graphql`);
      expect(operationOf(document?.text ?? '').name?.value).toBe(pascalCase(field.name));
    }
  });

  test.each(documents)('$name is valid and says what it is for', ({ text }) => {
    expect(validate(schema, parse(text))).toEqual([]);
    expect(text).toMatch(/^# .+\.\n/);
  });

  test.each(documents)('$name asks for every member of a result', ({ text }) => {
    const field = rootFields.find(({ name }) => pascalCase(name) === operationOf(text).name?.value);
    const result = field && getNamedType(field.type);
    if (!isUnionType(result)) return;
    for (const member of result.getTypes()) {
      const own = Object.keys(member.getFields()).filter(
        (name) => !member.getInterfaces().some((shared) => name in shared.getFields()),
      );
      const asked = [member, ...member.getInterfaces()].map(({ name }) => `... on ${name} {`);
      expect(
        asked.some((fragment) => text.includes(fragment)),
        member.name,
      ).toBe(true);
      for (const name of own) expect(text, `${member.name}.${name}`).toMatch(`\n      ${name}`);
    }
  });

  test('there is one example for every document, and its variables fit', () => {
    expect(examples.map(({ document }) => document).sort()).toEqual(
      documents.map(({ name }) => name).sort(),
    );
    for (const example of examples) {
      const operation = operationOf(read(`operations/${example.document}`));
      const { variableDefinitions = [] } = operation;
      expect(operation.name?.value).toBe(example.operation);
      expect(['none', 'customer', 'service']).toContain(example.authorization);
      const { errors = [] } = getVariableValues(schema, variableDefinitions, example.variables);
      expect(errors).toEqual([]);
      expect(Object.keys(example.variables)).toEqual(
        variableDefinitions.map(({ variable }) => variable.name.value),
      );
    }
  });

  test('an example names each field that is not nullable, or GraphiQL underlines it', () => {
    for (const { document, variables } of examples) {
      const { variableDefinitions = [] } = operationOf(read(`operations/${document}`));
      for (const { variable, type } of variableDefinitions) {
        const input = schema.getType(print(type).replace('!', ''));
        if (!isInputObjectType(input)) continue;
        const required = Object.values(input.getFields()).filter(({ type }) => isNonNullType(type));
        const given = variables[variable.name.value] as object;
        expect(Object.keys(given)).toEqual(
          expect.arrayContaining(required.map(({ name }) => name)),
        );
      }
    }
  });
});
