/** Some of the most common passwords, in lower case. Okta's own list is longer and not public. */
const commonPasswords: ReadonlySet<string> = new Set([
  ...['password', 'password1', 'password12', 'password123', 'password1234', 'passw0rd', 'p@ssw0rd'],
  ...['12345678', '123456789', '1234567890', '11111111', '00000000', 'abc12345', 'abcd1234'],
  ...['qwerty12', 'qwerty123', 'qwertyuiop', '1q2w3e4r', '1qaz2wsx', 'asdfghjkl', 'zxcvbnm1'],
  ...['iloveyou', 'iloveyou1', 'letmein1', 'letmein123', 'welcome1', 'welcome123', 'monkey123'],
  ...['sunshine', 'sunshine1', 'princess1', 'football1', 'baseball1', 'superman1', 'dragon123'],
  ...['admin123', 'admin1234', 'administrator', 'changeme1', 'trustno1', 'whatever1', 'test1234'],
]);

export function isCommonPassword(password: string): boolean {
  return commonPasswords.has(password.toLowerCase());
}
