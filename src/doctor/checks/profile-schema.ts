import { type AdminApi, isRecord, type Json } from '../../org/admin-api.ts';
import { at, textAt, textsAt } from '../../org/json.ts';
import { type Check, defineCheck } from '../check.ts';

const area = 'profile schema';
const needs = ['okta.schemas.read'];
const path = '/api/v1/meta/schemas/user/default';
const menu = 'Directory > Profile Editor > User (default)';

/** What signUp always sends, or asks for where the org requires it. */
const known = ['login', 'email', 'firstName', 'lastName', 'mobilePhone', 'locale'];

export const profileSchemaChecks: readonly Check[] = [
  defineCheck(
    { code: 'D42', area, title: 'The org requires no attribute that signUp cannot give', needs },
    async ({ admin, signUpAttributes }) => {
      const required = admin === null ? [] : await requiredIn(admin);
      const given = [...known, ...signUpAttributes];
      const others = required.filter((name) => !given.includes(name));
      if (others.length === 0) return [];
      return [
        {
          severity: 'error',
          message: `Each account of the org needs ${others.join(', ')}, which signUp cannot give.`,
          seen: 'Every signUp answers ValidationFailed with REQUIRED.',
          oktaSays: 'E0000001',
          fix: `Make the attribute optional (${menu}), or public: okta-account-api schema reads it into PROFILE_FILE.`,
          call: `POST ${path}`,
        },
      ];
    },
  ),
  defineCheck(
    { code: 'D43', area, title: 'Each address may be a login', needs },
    async ({ admin }) => {
      const schema = admin === null ? null : await admin.get(path);
      const login = at(schema, 'definitions', 'base', 'properties', 'login');
      const pattern = textAt(login, 'pattern');
      if (pattern === null || pattern === '.+') return [];
      return [
        {
          severity: 'warning',
          message: `Logins of the org have to match ${pattern}.`,
          seen: 'signUp answers ValidationFailed for other addresses, and so does each later change of an account that is older than the pattern.',
          oktaSays: 'login: Does not match required pattern',
          fix: `Let the format of the username be an e-mail address, or none (${menu} > Username).`,
          call: `POST ${path} with definitions.base.properties.login.pattern`,
        },
      ];
    },
  ),
];

async function requiredIn(admin: AdminApi): Promise<readonly string[]> {
  const schema = await admin.get(path);
  return ['base', 'custom'].flatMap((part) => {
    const properties = at(schema, 'definitions', part, 'properties');
    const marked = isRecord(properties)
      ? Object.entries(properties).filter(([, property]) => isRequired(property))
      : [];
    const listed = textsAt(schema, 'definitions', part, 'required');
    return [...new Set([...listed, ...marked.map(([name]) => name)])];
  });
}

function isRequired(property: unknown): boolean {
  return (property as Json | null)?.['required'] === true;
}
