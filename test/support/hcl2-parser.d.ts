/** It comes without types. */
declare module 'hcl2-parser' {
  /** @returns the configuration as JSON; empty where the text is not HCL */
  export function parseToString(text: string): readonly [json: string, error: unknown];
}
