import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { brevetDecision } from '../policy/brevet.ts';
import { measureRate } from '../policy/measure.ts';
import { question, type Rule, threeRules, toCedarPolicies, twentyPolicies } from '../policy/rules.ts';
import type { Row } from '../report.ts';

/** What this comparison uses of `@cedar-policy/cedar-wasm`, which the package itself does not depend on. */
interface Cedar {
  preparsePolicySet(id: string, policies: { readonly staticPolicies: string }): { readonly type: string };
  statefulIsAuthorized(call: object): {
    readonly type: string;
    readonly response?: { readonly decision: 'allow' | 'deny' };
  };
}

const folder = fileURLToPath(new URL('.', import.meta.url));

/** The decisions of this house against those of Cedar on the same rules and the same question; nothing where Cedar cannot be installed. */
export async function compareWithCedar(): Promise<readonly Row[]> {
  if (!install()) {
    process.stderr.write('> cedar: skipped, because @cedar-policy/cedar-wasm cannot be installed here\n');
    return [];
  }
  const cedar = createRequire(import.meta.url)('@cedar-policy/cedar-wasm/nodejs') as Cedar;
  return [
    await compare(cedar, '1 policy of 3 statements', [threeRules]),
    await compare(cedar, '20 policies of 10 statements', twentyPolicies),
  ];
}

function install(): boolean {
  if (existsSync(`${folder}node_modules/@cedar-policy/cedar-wasm`)) return true;
  const { status } = spawnSync('npm', ['install', '--no-package-lock', '--no-fund', '--no-audit'], {
    cwd: folder,
    stdio: ['ignore', 2, 2],
  });
  return status === 0;
}

async function compare(cedar: Cedar, name: string, policies: readonly (readonly Rule[])[]): Promise<Row> {
  const ours = brevetDecision(policies);
  const theirs = cedarDecision(cedar, name, policies);
  if (!ours() || !theirs()) throw new Error('both were to allow the question');
  const rate = await measureRate(ours);
  const cedarRate = await measureRate(theirs);
  return {
    benchmark: `decision against Cedar, ${name}`,
    result: `${(rate / cedarRate).toFixed(1)}× Cedar`,
    aim: undefined,
    detail: `${Math.round(rate)}/s against ${Math.round(cedarRate)}/s through WebAssembly, policies parsed beforehand in both`,
  };
}

function cedarDecision(cedar: Cedar, id: string, policies: readonly (readonly Rule[])[]): () => boolean {
  const parsed = cedar.preparsePolicySet(id, { staticPolicies: policies.map(toCedarPolicies).join('\n') });
  if (parsed.type !== 'success') throw new Error(`Cedar refuses its policies: ${JSON.stringify(parsed)}`);
  const call = {
    principal: { type: 'User', id: question.principal },
    action: { type: 'Action', id: question.action },
    resource: { type: 'Object', id: question.resource },
    context: { arn: question.resource, team: question.team },
    preparsedPolicySetId: id,
    entities: [],
  };
  return () => cedar.statefulIsAuthorized(call).response?.decision === 'allow';
}
