import { afterAll } from 'vitest';
import { endFile } from './file-ends.ts';

afterAll(endFile, 60_000);
