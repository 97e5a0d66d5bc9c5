/** Remembers which texts were logged, so that the workers of a program log each text once. */
export interface Notices {
  /** @returns true when the text is new or was withdrawn: the caller logs it */
  post(text: string): Promise<boolean>;
  /** @returns true when the text was logged: the caller logs that it no longer holds */
  withdraw(text: string): Promise<boolean>;
}

/** Far more than the checks can report. */
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
