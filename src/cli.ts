#!/usr/bin/env node
import process from 'node:process';
import { fileLimitAdvice } from './http/file-limit.ts';

// Node opens all modules at once, so a low limit of open files shows here, before any of them runs.
import('./cli/main.ts')
  .then(({ run }) => run())
  .catch((error: unknown) => {
    console.error(fileLimitAdvice(error) ?? error);
    process.exit(1);
  });
