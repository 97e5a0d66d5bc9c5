import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface Certificate {
  readonly key: Buffer;
  readonly cert: Buffer;
}

interface Wanted {
  readonly address: string;
  /** Of its life, from now on. Default: 2. */
  readonly days?: number;
}

export interface Authority {
  /** Its own certificate. */
  readonly file: string;
  issue(name: string, wanted: Wanted): Certificate;
}

const newKey = 'req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes';
const run = (line: string) => execFileSync('openssl', line.split(' '), { stdio: 'ignore' });

function pair(stem: string): Certificate {
  return { key: readFileSync(`${stem}.key`), cert: readFileSync(`${stem}.crt`) };
}

/** Nobody signs for it but itself. */
export function ownCertificate(folder: string, address: string): Certificate {
  const stem = join(folder, 'own');
  run(`${newKey} -x509 -days 2 -keyout ${stem}.key -out ${stem}.crt -subj /CN=${address}`);
  return pair(stem);
}

/** A new certificate authority; its files go to the folder. */
export function createAuthority(folder: string): Authority {
  const root = join(folder, 'authority');
  run(`${newKey} -x509 -days 2 -keyout ${root}.key -out ${root}.crt -subj /CN=authority.example`);
  return {
    file: `${root}.crt`,
    issue(name, { address, days = 2 }) {
      const stem = join(folder, name);
      writeFileSync(`${stem}.ext`, `subjectAltName = IP:${address}\n`);
      run(`${newKey} -keyout ${stem}.key -out ${stem}.csr -subj /CN=${name}`);
      const signer = `-CA ${root}.crt -CAkey ${root}.key -CAcreateserial -extfile ${stem}.ext`;
      run(`x509 -req -in ${stem}.csr ${signer} -days ${days} -out ${stem}.crt`);
      return pair(stem);
    },
  };
}
