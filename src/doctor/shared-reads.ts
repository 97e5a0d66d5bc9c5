import type { AdminApi } from '../org/admin-api.ts';

/** Asks each path once; the checks look at the same answers. */
export function withSharedReads(api: AdminApi): AdminApi {
  return { ...api, get: remember(api.get), list: remember(api.list) };
}

function remember<Answer>(read: (path: string) => Promise<Answer>) {
  const answers = new Map<string, Promise<Answer>>();
  return (path: string): Promise<Answer> => {
    const answer = answers.get(path) ?? read(path);
    answers.set(path, answer);
    return answer;
  };
}
