/** Which of Okta's two engines an org runs on; Okta calls it the pipeline. */
export type Engine = 'classic' | 'identity';

/** As Okta names them to people. */
export const engineNames: Readonly<Record<Engine, string>> = {
  classic: 'Classic Engine',
  identity: 'Identity Engine',
};

/** @param pipeline of `/.well-known/okta-organization` */
export function engineOf(pipeline: unknown): Engine {
  return pipeline === 'idx' ? 'identity' : 'classic';
}
