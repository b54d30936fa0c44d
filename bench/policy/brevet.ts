import {
  type ApplicablePolicies,
  compilePolicy,
  evaluate,
  type PolicyRequest,
  parsePolicy,
  type RequestContext,
} from '#core/policy';
import type { Row } from '../report.ts';
import { measureRate, measureTail } from './measure.ts';
import { question, type Rule, threeRules, toAwsPolicy, twentyPolicies } from './rules.ts';

const tailAim = 20;

/** A context as the pipeline makes it. */
const context: RequestContext = new Map([
  ['aws:currenttime', '2026-01-02T03:04:05Z'],
  ['aws:epochtime', '1767323045'],
  ['aws:securetransport', 'true'],
  ['aws:sourceip', '192.0.2.1'],
  ['aws:useragent', 'aws-sdk-js/3'],
  ['aws:requestedregion', 'us-east-1'],
  ['aws:viaawsservice', 'false'],
  ['aws:principalaccount', question.account],
  ['aws:principaltype', 'User'],
  ['aws:principalarn', question.principal],
  ['aws:userid', 'AIDAREADERREADERREADE'],
  ['aws:username', 'reader'],
  ['aws:principaltag/team', question.team],
  ['aws:resourceaccount', question.account],
]);

const request: PolicyRequest = {
  principal: {
    type: 'user',
    account: question.account,
    arn: question.principal,
    id: 'AIDAREADERREADERREADE',
  },
  action: question.action,
  resource: question.resource,
  context,
};

/** Decides the question of the rules with the evaluator of this house. */
export function brevetDecision(policies: readonly (readonly Rule[])[]): () => boolean {
  const applicable: ApplicablePolicies = {
    identity: policies.map((rules, index) => ({
      name: `policy-${index}`,
      policy: compilePolicy(parsePolicy(toAwsPolicy(rules), 'identity')),
    })),
  };
  return () => evaluate(request, applicable).allowed;
}

/** Decisions and compilation, on one core, without a server. */
export async function measurePolicies(): Promise<readonly Row[]> {
  const three = brevetDecision([threeRules]);
  const twenty = brevetDecision(twentyPolicies);
  if (!three() || !twenty()) throw new Error('the question was to be allowed');
  const texts = twentyPolicies.map(toAwsPolicy);
  const statements = twentyPolicies.reduce((total, rules) => total + rules.length, 0);
  const compile = (): unknown => texts.map((text) => compilePolicy(parsePolicy(text, 'identity')));
  return [
    ...(await measureCall('decision, 1 policy of 3 statements', three, 1_000_000)),
    ...(await measureCall('decision, 20 policies of 10 statements', twenty, 150_000)),
    rateRow('reading and compiling statements', (await measureRate(compile)) * statements, 50_000),
  ];
}

/** The rate and the tail of one call. */
export async function measureCall(
  benchmark: string,
  call: () => unknown,
  aim?: number,
): Promise<readonly Row[]> {
  const perSecond = await measureRate(call);
  const { p50Ns, p999Ns } = await measureTail(call);
  const tail = p999Ns / p50Ns;
  return [
    rateRow(benchmark, perSecond, aim),
    {
      benchmark: `${benchmark}, tail`,
      result: `p99.9 ${tail.toFixed(1)}× p50`,
      aim: { text: `≤ ${tailAim}×`, met: tail <= tailAim },
      detail: `p50 ${(p50Ns / 1000).toFixed(2)} µs, p99.9 ${(p999Ns / 1000).toFixed(2)} µs`,
    },
  ];
}

function rateRow(benchmark: string, perSecond: number, aim?: number): Row {
  const written = (value: number): string => Math.round(value).toLocaleString('en-US');
  return {
    benchmark,
    result: `${written(perSecond)}/s`,
    aim: aim === undefined ? undefined : { text: `≥ ${written(aim)}/s`, met: perSecond >= aim },
    detail: 'one core',
  };
}
