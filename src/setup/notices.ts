/** The texts that were logged, so that the workers of a program log each of them once. */
export interface Notices {
  /** @returns true: the text is new, or was withdrawn since, so it has to be logged */
  post(text: string): Promise<boolean>;
  /** @returns true: the text was logged, so its end has to be logged */
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
