import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { expect, onTestFinished, test } from 'vitest';
import { cases, tokensNeeded } from './cases.ts';
import { writeChart } from './chart.ts';
import {
  type Contender,
  contenders,
  installContenders,
  installNode,
  type Launch,
  loadCore,
  type Running,
  start,
} from './contenders.ts';
import { type Measured, send } from './load.ts';
import { startOrg } from './org.ts';
import { type Results, toTable, writeTable } from './table.ts';

const rounds = 5;
/** Long enough for the compiler of V8 to be through. */
const warmUpSeconds = 3;
const betweenSeconds = 1;
const seconds = 2;

/** Another Node for the servers, such as `24`: `BENCH_NODE=24 npm run bench -- validate`. */
const major = process.env['BENCH_NODE'] ?? null;

interface Bench {
  readonly launch: Launch;
  readonly files: { readonly body: string; readonly tokens: string };
  /** They stay for all cases that need no fresh one. */
  readonly running: Map<Contender, Running>;
}

async function measureCase(
  { name, body, tokens, isFresh }: (typeof cases)[number],
  { launch, files, running }: Bench,
  add: (contender: Contender, measured: Measured) => void,
): Promise<void> {
  writeFileSync(files.body, body);
  const load = { ...files, ...tokens };
  for (let round = 0; round < rounds; round += 1) {
    // What slows the machine down for a while must not always meet the same contender.
    for (const contender of round % 2 === 0 ? contenders : contenders.toReversed()) {
      const kept = isFresh ? undefined : running.get(contender);
      const server = kept ?? (await start(contender, launch));
      if (kept === undefined) onTestFinished(server.stop);
      const warmUp = isFresh ? { ...load, from: 0, count: 256 } : load;
      await send(server.url, warmUp, kept === undefined ? warmUpSeconds : betweenSeconds);
      add(contender, await send(server.url, load, seconds));
      if (isFresh) await server.stop();
      else running.set(contender, server);
    }
  }
  process.stdout.write(`${name}: measured\n`);
}

test('validateToken compared with other servers', { timeout: 1_800_000 }, async () => {
  spawnSync('taskset', ['-a', '-p', '-c', loadCore, String(process.pid)]);
  const launch = { node: installNode(major), folder: installContenders(), org: await startOrg() };
  const folder = mkdtempSync(`${tmpdir()}/okta-account-api-bench-`);
  const files = { body: `${folder}/body.json`, tokens: `${folder}/tokens.txt` };
  writeFileSync(files.tokens, `${(await launch.org.mintTokens(tokensNeeded)).join('\n')}\n`);

  onTestFinished(launch.org.close);
  const bench: Bench = { launch, files, running: new Map() };

  const results = Object.fromEntries(contenders.map((one) => [one, {}])) as Record<
    Contender,
    Record<string, Measured[]>
  >;
  for (const one of cases) {
    await measureCase(one, bench, (contender, measured) => {
      results[contender][one.name] = [...(results[contender][one.name] ?? []), measured];
    });
  }
  rmSync(folder, { recursive: true });

  const table = toTable(results satisfies Results);
  process.stdout.write(`\n${table}\n\n`);
  const version = spawnSync(launch.node, ['--version']).stdout.toString();
  const node = /^v(\d+)/.exec(version)?.[1] ?? version;
  const page = new URL('../../../docs/validation.md', import.meta.url);
  writeTable(page, node, table);
  writeChart(page, new URL('images/validate.svg', page));
  expect(Object.keys(results.ours)).toHaveLength(cases.length);
});
