import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Files that take far longer than their size says. Begun last, one of them would run alone at the end. */
const longest = [
  'test/cli/document-flood',
  'test/browser/browser',
  'test/transactions/memory-attempt-store',
  'test/features/hostile-arguments',
  'test/features/faults',
];

export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const isLong = ({ moduleId }: TestSpecification) =>
      longest.some((name) => moduleId.includes(name));
    const sorted = await super.sort(files);
    return [...sorted.filter(isLong), ...sorted.filter((file) => !isLong(file))];
  }
}
