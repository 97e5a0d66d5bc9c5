/** Which texts the log has had, so that the workers of a program write each of them once. */
export interface Notices {
  /** @returns whether the text is new, or was withdrawn since: then it is to be written */
  post(text: string): Promise<boolean>;
  /** @returns whether the text was there: then that it is no longer so is to be written */
  withdraw(text: string): Promise<boolean>;
}

/** Far more than there are checks. */
const maxTexts = 200;

export function createNotices(): Notices {
  const texts = new Set<string>();
  return {
    async post(text) {
      if (texts.has(text)) return false;
      if (texts.size < maxTexts) texts.add(text);
      return true;
    },
    withdraw: async (text) => texts.delete(text),
  };
}
