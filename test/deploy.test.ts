import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { load } from 'js-yaml';
import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { secretNames, variableNames } from '../src/config/variables.ts';
import { pathOf } from '../src/server/path.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const read = (path: string) => readFileSync(`${root}/${path}`, 'utf8');
const names = z.record(z.string(), z.unknown()).transform(Object.keys);
const known = [...variableNames];

const container = z.object({
  env: z.array(z.object({ name: z.string(), value: z.string().optional() })),
  ports: z.array(z.object({ name: z.string(), containerPort: z.number() })),
  startupProbe: z.object({ httpGet: z.object({ path: z.string(), port: z.string() }) }),
  livenessProbe: z.object({ httpGet: z.object({ path: z.string(), port: z.string() }) }),
  readinessProbe: z.object({ httpGet: z.object({ path: z.string(), port: z.string() }) }),
  securityContext: z.object({
    allowPrivilegeEscalation: z.boolean(),
    readOnlyRootFilesystem: z.boolean(),
    capabilities: z.object({ drop: z.array(z.string()) }),
  }),
  volumeMounts: z.array(z.object({ mountPath: z.string() })),
});
const deployment = z
  .object({
    spec: z.object({
      replicas: z.number(),
      template: z.object({
        spec: z.object({
          terminationGracePeriodSeconds: z.number(),
          securityContext: z.object({ runAsNonRoot: z.literal(true), runAsUser: z.number() }),
          containers: z.tuple([container]),
        }),
      }),
    }),
  })
  .parse(load(read('deploy/kubernetes/deployment.yaml'))).spec;
const pod = deployment.template.spec;
const [api] = pod.containers;

describe('the manifests for Kubernetes', () => {
  const configuration = read('deploy/kubernetes/configuration.yaml');

  test('set variables that there are, and no secret among them', () => {
    const { data } = z.object({ data: names }).parse(load(configuration));
    const set = [...data, ...api.env.map(({ name }) => name)];
    expect(set.filter((name) => !known.some((each) => each === name))).toEqual([]);
    expect(set.filter((name) => secretNames.some((each) => each === name))).toEqual([]);
  });

  test('name files of secrets that there are, and mount them where the API looks', () => {
    const files = [...configuration.matchAll(/--from-file=(\w+)/g)].map(([, name]) => name);
    expect(files.length).toBeGreaterThan(3);
    expect(files.filter((file) => !secretNames.some((name) => name === file))).toEqual([]);
    const directory = api.env.find(({ name }) => name === 'SECRETS_DIR')?.value;
    expect(api.volumeMounts).toContainEqual(expect.objectContaining({ mountPath: directory }));
  });

  test('probe addresses that there are', () => {
    for (const { httpGet } of [api.startupProbe, api.livenessProbe, api.readinessProbe]) {
      expect(pathOf(httpGet.path)).toBe(httpGet.path);
      expect(httpGet.port).toBe('http');
    }
    expect(api.readinessProbe.httpGet.path).toBe('/ready');
    expect(api.livenessProbe.httpGet.path).toBe('/live');
  });

  test('give the process no rights, and nothing to write to', () => {
    expect(pod.securityContext.runAsUser).toBeGreaterThan(0);
    expect(api.securityContext).toEqual({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    });
  });

  test('give it the time to drain, and leave some of it running', () => {
    const [, drainMs] = /^# DRAIN_MS=(\d+)/m.exec(read('.env.example')) ?? [];
    expect(pod.terminationGracePeriodSeconds * 1000).toBeGreaterThan(Number(drainMs) + 5_000);
    const { spec } = z
      .object({ spec: z.object({ minAvailable: z.number() }) })
      .parse(load(read('deploy/kubernetes/disruption-budget.yaml')));
    expect(spec.minAvailable).toBeLessThan(deployment.replicas);
  });

  test('are all named by the kustomization', () => {
    const { resources } = z
      .object({ resources: z.array(z.string()) })
      .parse(load(read('deploy/kubernetes/kustomization.yaml')));
    const files = readdirSync(`${root}/deploy/kubernetes`);
    expect(files.toSorted()).toEqual([...resources, 'kustomization.yaml'].toSorted());
  });
});

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

  test('sets variables that there are', () => {
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

  test('runs as a number that is not 0, and tells by an address that there is whether it lives', () => {
    const [, user] = /^USER (\d+):\d+$/m.exec(dockerfile) ?? [];
    expect(Number(user)).toBeGreaterThan(0);
    const [, path = ''] = /\?\? 4000\}(\/\w+)`/.exec(dockerfile) ?? [];
    expect(pathOf(path)).toBe(path);
    expect(dockerfile.trim().split('\n').at(-1)).toMatch(
      /^ENTRYPOINT \["node",.+"dist\/cli\.js"\]$/,
    );
  });
});

describe('the workflows', () => {
  const steps = z.array(z.object({ run: z.string().optional() }));
  const workflow = z.object({ jobs: z.record(z.string(), z.object({ steps })) });
  const commands = ['ci', 'nightly']
    .map((name) => workflow.parse(load(read(`.github/workflows/${name}.yaml`))))
    .flatMap(({ jobs }) => Object.values(jobs))
    .flatMap((job) => job.steps.map(({ run }) => run ?? ''));

  test('run what there is, with variables that there are', () => {
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
});
