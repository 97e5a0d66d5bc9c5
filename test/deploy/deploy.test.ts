import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { load } from 'js-yaml';
import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { variableNames } from '../../src/config/variables.ts';
import { pathOf } from '../../src/server/observability/path.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const read = (path: string) => readFileSync(`${root}/${path}`, 'utf8');
const names = z.record(z.string(), z.unknown()).transform(Object.keys);
const known = [...variableNames];

describe('the compose file', () => {
  const service = z.object({
    environment: names.optional(),
    ports: z.array(z.string()).optional(),
    read_only: z.boolean().optional(),
    user: z.string().optional(),
    build: z.object({ context: z.string(), dockerfile: z.string() }).optional(),
  });
  const { services } = z
    .object({ services: z.record(z.string(), service) })
    .parse(load(read('deploy/compose.yaml')));

  test('sets only variables that exist', () => {
    const set = Object.values(services).flatMap(({ environment }) => environment ?? []);
    expect(set).toContain('EXPOSE_DEVELOPMENT');
    expect(set.filter((name) => !known.some((each) => each === name))).toEqual([]);
  });

  test('publishes to this machine alone, and lets nothing be written but the volume', () => {
    const ports = Object.values(services).flatMap((each) => each.ports ?? []);
    expect(ports.length).toBeGreaterThan(0);
    for (const port of ports) expect(port).toMatch(/^127\.0\.0\.1:/);
    expect(services['api']).toMatchObject({ read_only: true });
    expect(services['redis']).toMatchObject({ read_only: true });
    expect(existsSync(`${root}/${services['api']?.build?.dockerfile}`)).toBe(true);
  });
});

test('the Redis of the compose file drops what expires when it is full, and never the events', () => {
  const { services } = z
    .object({ services: z.object({ redis: z.object({ command: z.array(z.string()) }) }) })
    .parse(load(read('deploy/compose.yaml')));
  expect(services.redis.command.join(' ')).toContain('--maxmemory-policy volatile-ttl');
});

describe('the image', () => {
  const dockerfile = read('deploy/Dockerfile');

  test('is made of what there is, and of what its context lets through', () => {
    const allowed = read('deploy/Dockerfile.dockerignore').match(/(?<=^!).+$/gm) ?? [];
    const copies = [...dockerfile.matchAll(/^COPY (?!--from)(.+) \S+$/gm)];
    const sources = copies.flatMap(([, list = '']) => list.split(' '));
    expect(sources.length).toBeGreaterThan(5);
    for (const source of sources) {
      expect(existsSync(`${root}/${source}`), source).toBe(true);
      expect(allowed).toContain(source);
    }
  });

  test('runs as a numeric user that is not 0, and has a health check on an existing path', () => {
    const [, user] = /^USER (\d+):\d+$/m.exec(dockerfile) ?? [];
    expect(Number(user)).toBeGreaterThan(0);
    const [, path = ''] = /\?\? 4000\}(\/\w+)`/.exec(dockerfile) ?? [];
    expect(pathOf(path)).toBe(path);
    expect(dockerfile).toMatch(/^ENTRYPOINT \["node",.+"dist\/cli\.js"\]\nCMD \["start"\]\n$/m);
  });
});

describe('the workflows', () => {
  const steps = z.array(z.object({ run: z.string().optional() }));
  const workflow = z.object({ jobs: z.record(z.string(), z.object({ steps })) });
  const commands = ['ci', 'nightly']
    .map((name) => workflow.parse(load(read(`.github/workflows/${name}.yaml`))))
    .flatMap(({ jobs }) => Object.values(jobs))
    .flatMap((job) => job.steps.map(({ run }) => run ?? ''));

  test('run only scripts and variables that exist', () => {
    const { scripts } = z.object({ scripts: names }).parse(JSON.parse(read('package.json')));
    const text = commands.join('\n');
    const run = [...text.matchAll(/npm run (?:--\S+ )*(\w+)/g)].map(([, script]) => script);
    expect(scripts).toEqual(expect.arrayContaining(run));
    const [, benches = ''] = /npm run bench -- ([\w -]+)/.exec(text) ?? [];
    expect(benches).not.toBe('');
    for (const name of benches.trim().split(' ')) read(`test/bench/${name}.bench.ts`);
    const set = [...text.matchAll(/ -e (\w+)=/g)].map(([, name]) => name);
    expect(set.length).toBeGreaterThan(2);
    expect(set.filter((name) => !known.some((each) => each === name))).toEqual([]);
    expect(existsSync(`${root}/.ci/run`)).toBe(true);
  });

  test('ask each night for advisories about what production runs', () => {
    expect(read('.github/workflows/nightly.yaml')).toMatch(/^ +run: npm audit --omit=dev$/m);
  });
});
