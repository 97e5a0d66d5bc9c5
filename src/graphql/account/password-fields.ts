/** For `t.string`: the input field of every mutation that replaces a password. */
export const newPasswordField = {
  required: true,
  description: 'The password to set, used unchanged, white space included. At most 256 bytes.',
} as const;

/** For `t.boolean`: the input field of those that leave the choice. */
export const endOtherSessionsField = {
  required: true,
  defaultValue: true,
  description:
    'Whether every earlier session ends. Choose true if someone else may know the password.',
} as const;
