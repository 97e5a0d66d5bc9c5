import { AccountError } from './errors.ts';

/** The code for a new address is wrong. The transaction stays valid for a few more codes. */
export class EmailCodeInvalid extends AccountError {
  readonly code = 'EMAIL_CODE_INVALID';
  constructor() {
    super('The code is not the one of the mail.');
  }
}

/** The account has no active session with this id. */
export class SessionNotFound extends AccountError {
  readonly code = 'SESSION_NOT_FOUND';
  constructor() {
    super('The account has no session of this id, or has it no more.');
  }
}

/** The access token does not name its session, so that session cannot be spared. */
export class CurrentSessionUnknown extends AccountError {
  readonly code = 'CURRENT_SESSION_UNKNOWN';
  constructor() {
    super('It is not known which session this is. Refresh it first, or end every session.');
  }
}
