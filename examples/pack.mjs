// Builds the two packages and packs them into examples/packages, under names without a version.
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';

const folder = new URL('packages/', import.meta.url);
const names = ['okta-account-client', 'okta-account-backend'];

rmSync(folder, { recursive: true, force: true });
mkdirSync(folder);
const workspaces = names.flatMap((name) => ['-w', name]);
execFileSync('npm', ['pack', ...workspaces, '--pack-destination', 'examples/packages'], {
  cwd: new URL('..', import.meta.url),
  stdio: ['ignore', 'ignore', 'inherit'],
});
for (const file of readdirSync(folder)) {
  renameSync(
    new URL(file, folder),
    new URL(file.replace(/-\d+\.\d+\.\d+\S*(?=\.tgz$)/, ''), folder),
  );
}

// `npm install` notes the checksum of a tarball, and `npm ci` would then take that build from its cache.
for (const example of ['backend-fastify', 'storefront-next']) {
  const file = new URL(`${example}/package-lock.json`, import.meta.url);
  const lock = JSON.parse(readFileSync(file, 'utf8'));
  for (const name of names) delete lock.packages[`node_modules/${name}`]?.integrity;
  writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`);
}
