export type Json = Record<string, unknown>;

type Method = 'GET' | 'POST' | 'PUT' | 'DELETE' | 'PATCH';

/** A link with the methods that its target takes, as Okta hints at them. */
export function linkTo(href: string, ...allow: readonly Method[]): Json {
  return allow.length === 0 ? { href } : { href, hints: { allow } };
}

/** The link that changes the status, by the present one. */
export function lifecycleLink(self: string, status: 'ACTIVE' | 'INACTIVE'): Json {
  const step = status === 'ACTIVE' ? 'deactivate' : 'activate';
  return { [step]: linkTo(`${self}/lifecycle/${step}`, 'POST') };
}
