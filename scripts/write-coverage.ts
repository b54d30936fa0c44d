/**
 * Writes docs/coverage.md from the tables of operations: `npm run -s coverage`, or `-- --check` to compare only (exit 1 when it is not current).
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { account } from '#services/account';
import { brevet } from '#services/brevet';
import { cloudtrail } from '#services/cloudtrail';
import { eks } from '#services/eks';
import { eksAuth } from '#services/eks-auth';
import { iam } from '#services/iam';
import type { CertificateOperation, FederatedOperation, Operation, Unsupported } from '#services/operation';
import { organizations } from '#services/organizations';
import { rolesanywhere } from '#services/rolesanywhere';
import { sts } from '#services/sts';

type Table = Readonly<Record<string, Operation | FederatedOperation | CertificateOperation | Unsupported>>;

const services: readonly (readonly [title: string, table: Table])[] = [
  ['STS', sts],
  ['IAM', iam],
  ['Organizations', organizations],
  ['Account', account],
  ['Brevet, for verifiers and agents', brevet],
  ['CloudTrail', cloudtrail],
  ['Roles Anywhere', rolesanywhere],
  ['EKS, as far as pods need it for credentials', eks],
  ['EKS Auth', eksAuth],
];

/** The text of docs/coverage.md. */
export function coverage(): string {
  const parts = services.map(([title, table]) => section(title, table));
  return `# Coverage

Every operation of the services that Brevet answers for. What is not built answers \`UnsupportedOperation\` (HTTP 400) to a caller who is known.
This page is written from the tables of operations: \`npm run -s coverage\`.

${parts.join('\n')}
## Sign-in: 1 of 1

Built: CreateOAuth2Token, at a door of its own ([people.md](people.md)).
`;
}

function section(title: string, table: Table): string {
  const entries = Object.entries(table).sort(([left], [right]) => (left < right ? -1 : 1));
  const built = entries.flatMap(([name, operation]) => ('unsupported' in operation ? [] : [name]));
  const missing = new Map<string, string[]>();
  for (const [name, operation] of entries) {
    if (!('unsupported' in operation)) continue;
    missing.set(operation.unsupported, [...(missing.get(operation.unsupported) ?? []), name]);
  }
  const rows = [...missing].map(([reason, names]) => `| ${names.join(', ')} | ${reason} |`);
  return [
    `## ${title}: ${built.length} of ${entries.length}`,
    '',
    `Built: ${built.join(', ')}.`,
    '',
    ...(rows.length === 0 ? [] : ['| not built | why |', '| --- | --- |', ...rows, '']),
  ].join('\n');
}

const file = new URL('../docs/coverage.md', import.meta.url);

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const text = coverage();
  if (process.argv[2] !== '--check') writeFileSync(file, text);
  else if (readFileSync(file, 'utf8') !== text) {
    process.stderr.write('docs/coverage.md is not what the tables of operations say: npm run -s coverage\n');
    process.exitCode = 1;
  }
}
