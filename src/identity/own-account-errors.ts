import { AccountError } from './errors.ts';

/** Of the mail to a new address. The change stays open for another code, a few times. */
export class EmailCodeInvalid extends AccountError {
  readonly code = 'EMAIL_CODE_INVALID';
  constructor() {
    super('The code is not the one of the mail.');
  }
}

/** No live session of the account has this id: the session has ended, or was never the account's. */
export class SessionNotFound extends AccountError {
  readonly code = 'SESSION_NOT_FOUND';
  constructor() {
    super('The account has no session of this id, or has it no more.');
  }
}

/** The access token does not say which session it is of, so that one cannot be spared. */
export class CurrentSessionUnknown extends AccountError {
  readonly code = 'CURRENT_SESSION_UNKNOWN';
  constructor() {
    super('It is not known which session this is. Refresh it first, or end every session.');
  }
}
