import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { load, loadAll } from 'js-yaml';
import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { parseConfig } from '../../src/config/parse.ts';
import { secretNames, variableNames } from '../../src/config/variables.ts';
import { pathOf } from '../../src/server/observability/path.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = 'deploy/kubernetes';
const read = (path: string) => readFileSync(`${root}/${path}`, 'utf8');
const names = z.record(z.string(), z.unknown()).transform(Object.keys);
const known = [...variableNames];
const labels = z.object({ matchLabels: z.record(z.string(), z.string()) });
const kustomization = z
  .object({
    namespace: z.string(),
    resources: z.array(z.string()),
    images: z.array(z.record(z.string(), z.string())),
  })
  .parse(load(read(`${folder}/kustomization.yaml`)));

const hasKubectl = spawnSync('kubectl', ['kustomize', '--help']).status === 0;
if (!hasKubectl)
  process.stdout.write('Skipped without kubectl: the manifests built by kustomize.\n');

/** Of TypeScript, in a program of these lines alone; empty where they are good. */
function typeErrorsOf(lines: readonly string[]): string {
  const directory = mkdtempSync(join(tmpdir(), 'manifests-'));
  const compilerOptions = {
    ...{ strict: true, noEmit: true, skipLibCheck: true, types: [] },
    ...{ module: 'esnext', moduleResolution: 'bundler' },
    paths: { 'kubernetes-types/*': [`${root}/node_modules/kubernetes-types/*`] },
  };
  writeFileSync(join(directory, 'tsconfig.json'), JSON.stringify({ compilerOptions }));
  writeFileSync(join(directory, 'manifests.ts'), lines.join('\n'));
  const compiler = `${root}/node_modules/.bin/tsc`;
  const { stdout, stderr } = spawnSync(compiler, ['-p', directory], { encoding: 'utf8' });
  rmSync(directory, { recursive: true });
  return stdout + stderr;
}

const container = z.object({
  image: z.string(),
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

/** Each object of the manifests, by its kind. */
const objects = readdirSync(`${root}/${folder}`)
  .filter((file) => file !== 'kustomization.yaml')
  .flatMap((file) => loadAll(read(`${folder}/${file}`)))
  .map((value) => z.looseObject({ apiVersion: z.string(), kind: z.string() }).parse(value));

describe('the manifests for Kubernetes', () => {
  const configuration = read('deploy/kubernetes/configuration.yaml');

  test('set only variables that exist, and no secret', () => {
    const { data } = z.object({ data: names }).parse(load(configuration));
    const set = [...data, ...api.env.map(({ name }) => name)];
    expect(set.filter((name) => !known.some((each) => each === name))).toEqual([]);
    expect(set.filter((name) => secretNames.some((each) => each === name))).toEqual([]);
  });

  test('name only secret files that exist, and mount them where the API looks', () => {
    const files = [...configuration.matchAll(/--from-file=(\w+)/g)].map(([, name]) => name);
    expect(files.length).toBeGreaterThan(3);
    expect(files.filter((file) => !secretNames.some((name) => name === file))).toEqual([]);
    const directory = api.env.find(({ name }) => name === 'SECRETS_DIR')?.value;
    expect(api.volumeMounts).toContainEqual(expect.objectContaining({ mountPath: directory }));
  });

  test('have placeholders that the API refuses, wherever an org has to be named', () => {
    const { data } = z
      .object({ data: z.record(z.string(), z.string()) })
      .parse(load(configuration));
    const parsed = parseConfig({ ...data, NODE_ENV: 'production' });
    const problems = parsed.ok ? [] : parsed.problems;
    const placeholders = problems.filter(({ problem }) => /placeholder/.test(problem));
    expect(placeholders.map(({ variable }) => variable).toSorted()).toEqual(
      Object.keys(data)
        .filter((name) => /^OKTA_(ISSUER|.*CLIENT_ID)$/.test(name))
        .toSorted(),
    );
    expect(placeholders.length).toBe(3);
  });

  test('are all in one namespace, which they make, and the secret is made there too', () => {
    const namespace = objects.find(({ kind }) => kind === 'Namespace');
    expect(namespace).toMatchObject({ metadata: { name: kustomization.namespace } });
    expect(configuration).toContain(
      `kubectl create secret generic okta-account-api -n ${kustomization.namespace} `,
    );
  });

  test('say in one place where the image is', () => {
    expect(kustomization.images).toEqual([
      { name: api.image, newName: 'registry.example.com/okta-account-api', newTag: '0.1.0' },
    ]);
  });

  test('have /graphql alone on the public route, and no metrics in a Service', () => {
    const paths = z.array(
      z.object({
        path: z.string(),
        pathType: z.literal('Exact'),
        backend: z.object({ service: z.object({ port: z.object({ name: z.string() }) }) }),
      }),
    );
    const rule = z.object({ host: z.string(), http: z.object({ paths }) });
    const ingresses = objects.filter(({ kind }) => /Ingress|Route/.test(kind));
    const rules = ingresses.flatMap(
      (each) => z.object({ spec: z.object({ rules: z.array(rule) }) }).parse(each).spec.rules,
    );
    expect(rules.flatMap(({ http }) => http.paths.map(({ path }) => path))).toEqual(['/graphql']);
    const services = objects.filter(({ kind }) => kind === 'Service');
    expect(services).toMatchObject([{ spec: { ports: [{ name: 'http', targetPort: 'http' }] } }]);
    expect(services).not.toMatchObject([{ spec: { type: expect.anything() } }]);
  });

  test('name each peer of the network policy, and keep Redis and the inside from port 443', () => {
    const peer = z.union([
      z.strictObject({
        namespaceSelector: labels.optional(),
        podSelector: labels.optional(),
      }),
      z.strictObject({ ipBlock: z.object({ cidr: z.string(), except: z.array(z.string()) }) }),
    ]);
    const ports = z.array(z.object({ port: z.union([z.string(), z.number()]) }));
    const { spec } = z
      .object({
        spec: z.object({
          policyTypes: z.tuple([z.literal('Ingress'), z.literal('Egress')]),
          ingress: z.array(z.object({ from: z.array(peer).nonempty(), ports })),
          egress: z.array(z.object({ to: z.array(peer).nonempty(), ports })),
        }),
      })
      .parse(objects.find(({ kind }) => kind === 'NetworkPolicy'));
    const open = spec.egress.filter(({ to }) => to.some((each) => 'ipBlock' in each));
    expect(open.map((each) => each.ports)).toEqual([[{ port: 443 }]]);
    const closed = open.flatMap(({ to }) =>
      to.flatMap((each) => ('ipBlock' in each ? each.ipBlock.except : [])),
    );
    expect(closed).toEqual(expect.arrayContaining(['10.0.0.0/8', '169.254.0.0/16', 'fc00::/7']));
  });

  test('fit the types of the API of Kubernetes, with no field that it does not know', () => {
    const folders: Readonly<Record<string, string>> = {
      v1: 'core/v1',
      'apps/v1': 'apps/v1',
      'policy/v1': 'policy/v1',
      'networking.k8s.io/v1': 'networking/v1',
    };
    const lines = objects.map(({ apiVersion, kind, ...rest }, index) => {
      const value = JSON.stringify({ apiVersion, kind, ...rest });
      const type = `import('kubernetes-types/${folders[apiVersion]}').${kind}`;
      return `export const object${index}: ${type} = ${value};`;
    });
    expect(typeErrorsOf(lines)).toBe('');
    expect(typeErrorsOf([(lines[0] ?? '').replace('"metadata"', '"metdata"')])).toContain(
      'metdata',
    );
  });

  test.skipIf(!hasKubectl)('are built by kustomize, in the namespace and with the image', () => {
    const built = spawnSync('kubectl', ['kustomize', folder], { cwd: root, encoding: 'utf8' });
    expect(built.stderr).toBe('');
    const result = loadAll(built.stdout).map((value) =>
      z.looseObject({ kind: z.string() }).parse(value),
    );
    expect(result.map(({ kind }) => kind).toSorted()).toEqual(
      objects.map(({ kind }) => kind).toSorted(),
    );
    for (const each of result.filter(({ kind }) => kind !== 'Namespace')) {
      expect(each).toMatchObject({ metadata: { namespace: 'accounts' } });
    }
    const image = 'registry.example.com/okta-account-api:0.1.0';
    expect(result.find(({ kind }) => kind === 'Deployment')).toMatchObject({
      spec: { template: { spec: { containers: [{ image }] } } },
    });
  });

  test('probe only addresses that exist', () => {
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
    const files = readdirSync(`${root}/${folder}`);
    expect(files.toSorted()).toEqual([...kustomization.resources, 'kustomization.yaml'].toSorted());
  });
});
