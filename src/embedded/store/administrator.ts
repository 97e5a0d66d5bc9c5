/** Who holds the API token of the org. */
export const administratorId = '00u1administrator001';
