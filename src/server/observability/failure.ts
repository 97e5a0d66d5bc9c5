import { accountErrorCodes } from '../../identity/errors.ts';
import { redisCodeOf } from '../../redis/codes.ts';

/**
 * Why something failed, in names of classes and codes out of closed sets: messages stay out, since
 * they may quote what a caller or Okta has sent.
 */
export interface Failure {
  readonly error: string;
  /** The rule that denied a log-in, or the code of a library; null where the name is enough. */
  readonly reason: string | null;
  /**
   * From the outermost on, each with its code where it has one: `SocketError UND_ERR_SOCKET`, and with
   * the place of what could not be read: `NoAnswer UNEXPECTED_ANSWER profile.email`.
   */
  readonly causes: readonly string[];
  /** Which check of `okta-account-api doctor` finds the cause, such as D16; left out where none does. */
  readonly doctor?: string;
}

/** A cause may be its own cause. */
const maxCauses = 4;
const ownCodes: ReadonlySet<string | null> = new Set(accountErrorCodes);
/** As Node, its libraries and we ourselves write codes. */
const code = /^[A-Z][A-Z0-9_]{1,40}$/;

export function failureOf(error: unknown): Failure {
  return {
    error: nameOf(error),
    reason: reasonOf(error),
    causes: causesOf(error, 0),
    ...doctorOf(error),
  };
}

/** For a log line; empty where no check of the doctor finds the cause. */
export function doctorOf(error: unknown): { readonly doctor?: string } {
  const doctor = propertyOf(error, 'doctor');
  return typeof doctor === 'string' && /^D\d\d$/.test(doctor) ? { doctor } : {};
}

/** The code of an account error is but another spelling of its name. */
export function reasonOf(error: unknown): string | null {
  const code = codeIn(error, 'code') ?? redisCodeOf(error);
  return codeIn(error, 'reason') ?? (ownCodes.has(code) ? null : code);
}

function causesOf(error: unknown, depth: number): readonly string[] {
  const cause = propertyOf(error, 'cause');
  if (cause === undefined || cause === null || depth === maxCauses) return [];
  const own = [nameOf(cause), reasonOf(cause), placeOf(cause)].filter((part) => part !== null);
  return [own.join(' '), ...causesOf(cause, depth + 1)];
}

/**
 * Node gives its own errors, such as TimeoutError, a name and no class, and ioredis the errors of
 * Redis classes that are named by the protocol; ours have a class.
 */
export function nameOf(error: unknown): string {
  if (typeof error !== 'object' || error === null) return typeof error;
  const name = propertyOf(error, 'name');
  const ofClass = error.constructor.name;
  if (name === 'ReplyError') return name;
  return ofClass === 'DOMException' && typeof name === 'string' ? name : ofClass;
}

/** A place in our schema of Okta's answers. */
function placeOf(error: unknown): string | null {
  const value = propertyOf(error, 'place');
  return typeof value === 'string' && /^[\w*]+(?:\.[\w*]+)*$/.test(value) ? value : null;
}

function codeIn(error: unknown, member: 'code' | 'reason'): string | null {
  const value = propertyOf(error, member);
  return typeof value === 'string' && code.test(value) ? value : null;
}

function propertyOf(error: unknown, name: string): unknown {
  return typeof error === 'object' && error !== null ? Reflect.get(error, name) : undefined;
}
