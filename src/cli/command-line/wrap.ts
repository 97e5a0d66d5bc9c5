/** Characters that a line of a terminal has for certain. */
const columns = 80;

/**
 * A text in lines of a terminal. A word that is longer than a line stays whole.
 * @param head what the first line begins with; later lines begin below the text of the first
 */
export function wrap(text: string, head = ''): string {
  const indent = ' '.repeat(head.length);
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/\s+/)) {
    if (line !== '' && head.length + line.length + 1 + word.length > columns) {
      lines.push(line);
      line = word;
    } else {
      line = line === '' ? word : `${line} ${word}`;
    }
  }
  return [...lines, line].map((each, index) => (index === 0 ? head : indent) + each).join('\n');
}
