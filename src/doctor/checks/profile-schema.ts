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
    { code: 'D42', area, title: 'signUp can set every attribute that the org requires', needs },
    async ({ admin, signUpAttributes }) => {
      const required = admin === null ? [] : await requiredIn(admin);
      const given = [...known, ...signUpAttributes];
      const others = required.filter((name) => !given.includes(name));
      if (others.length === 0) return [];
      return [
        {
          severity: 'error',
          message: `The org requires ${others.join(', ')} of each account, which signUp cannot set.`,
          seen: 'Every signUp answers ValidationFailed with REQUIRED.',
          oktaSays: 'E0000001',
          fix: `Make the attribute optional (${menu}), or public: okta-account-api schema reads it into PROFILE_FILE.`,
          call: `POST ${path}`,
        },
      ];
    },
  ),
  defineCheck(
    { code: 'D43', area, title: 'Any e-mail address can be a login', needs },
    async ({ admin }) => {
      const schema = admin === null ? null : await admin.get(path);
      const login = at(schema, 'definitions', 'base', 'properties', 'login');
      const pattern = textAt(login, 'pattern');
      if (pattern === null || pattern === '.+') return [];
      return [
        {
          severity: 'warning',
          message: `Logins of the org have to match ${pattern}.`,
          seen: 'signUp answers ValidationFailed for other addresses. So does each change of an older account whose login does not match.',
          oktaSays: 'login: Does not match required pattern',
          fix: `Set the format of the username to e-mail address or to none (${menu} > Username).`,
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
