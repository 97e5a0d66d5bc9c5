/** Every series of this API begins with it; those of the process have their usual names. */
export const prefix = 'okta_account_api_';
