const advice =
  'Raise the limit of open files, for example to 16384: `ulimit -n`, LimitNOFILE of systemd, ulimits of Compose.';

/** What to do about a limit of open files; null for any other error. */
export function fileLimitAdvice(error: unknown): string | null {
  switch ((error as NodeJS.ErrnoException | null)?.code) {
    case 'EMFILE':
      return `This process may not open more files (EMFILE). ${advice}`;
    case 'ENFILE':
      return 'The system may not open more files (ENFILE). Raise its limit (fs.file-max of sysctl).';
    default:
      return null;
  }
}
