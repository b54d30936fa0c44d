/**
 * The benchmarks: `npm run bench`, or `npm run bench -- NAME…` for some. Prints one table on stdout; progress goes to stderr.
 * Every figure that depends on the machine's speed is a ratio to something measured in the same run.
 */
import { cpus } from 'node:os';
import process from 'node:process';
import { measureAudit } from './audit.ts';
import { measureAuthorizer } from './authorizer.ts';
import { compareWithCedar } from './cedar/compare.ts';
import { measureGateway } from './gateway.ts';
import { measureInstanceMetadata } from './instance-metadata.ts';
import { measurePolicies } from './policy/brevet.ts';
import { measureSignatures } from './policy/signature.ts';
import { formatTable, type Row } from './report.ts';
import { measureRoles } from './roles.ts';
import { measureSaml } from './saml.ts';
import { measureThroughput } from './throughput.ts';
import { measureWebIdentity } from './web-identity.ts';

const benchmarks: Readonly<Record<string, () => Promise<readonly Row[]>>> = {
  throughput: () => measureThroughput(),
  roles: measureRoles,
  audit: measureAudit,
  policies: measurePolicies,
  signatures: measureSignatures,
  saml: () => measureSaml(),
  authorizer: () => measureAuthorizer(),
  gateway: () => measureGateway(),
  metadata: () => measureInstanceMetadata(),
  'web-identity': () => measureWebIdentity(),
  cedar: compareWithCedar,
};

const named = process.argv.slice(2);
const unknown = named.find((name) => !Object.hasOwn(benchmarks, name));
if (unknown !== undefined) {
  process.stderr.write(`there is no benchmark ${unknown}; there are ${Object.keys(benchmarks).join(', ')}\n`);
  process.exit(2);
}
const rows: Row[] = [];
for (const [name, measure] of Object.entries(benchmarks)) {
  if (named.length > 0 && !named.includes(name)) continue;
  process.stderr.write(`> ${name}\n`);
  rows.push(...(await measure()));
}
process.stdout.write(`${cpus().length} cores, Node ${process.versions.node}\n\n${formatTable(rows)}`);
