/** Who holds the API token of the org; no user of it. */
export const administratorId = '00u1administrator001';
