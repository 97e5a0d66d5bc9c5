/** EX_USAGE of sysexits.h: the arguments are wrong. */
export const usageError = 64;

/** EX_CONFIG of sysexits.h: starting again without a change will not help. */
export const configurationError = 78;
