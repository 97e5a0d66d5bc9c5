import type { NextConfig } from 'next';

const config: NextConfig = {
  // Next would take the lock file of this repository for that of the project.
  turbopack: { root: import.meta.dirname },
  poweredByHeader: false,
};
export default config;
