/** The standard roles that set-up assigns, as the Admin Console names them. */
export const roleNames: Readonly<Record<string, string>> = {
  USER_ADMIN: 'Group Administrator',
  READ_ONLY_ADMIN: 'Read-only Administrator',
};
