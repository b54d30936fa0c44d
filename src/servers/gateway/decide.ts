import { denialMessage } from '#core/policy';
import { type S3Question, S3RequestError } from '#core/s3';
import type { AccessQuestion, Authorizer } from '#servers/authorizer';
import type { Asker } from './authenticate.ts';
import type { KnownBucket } from './buckets.ts';
import type { Exchange } from './exchange.ts';

/** What decisions of one request have in common. */
export interface DecisionPorts {
  readonly authorizer: Authorizer;
  readonly asker: Asker;
  readonly exchange: Exchange;
  /** The buckets that the request is about, by name. */
  readonly buckets: ReadonlyMap<string, KnownBucket>;
}

/** Whether the policies allow it all; if not, the first denial in S3's words. */
export function decide(questions: readonly S3Question[], ports: DecisionPorts): string | undefined {
  // An operation that asks nothing would be allowed to everybody.
  if (questions.length === 0) return 'Access Denied';
  for (const question of questions) {
    const denied = decideOne(question, ports);
    if (denied !== undefined) return denied;
  }
  return undefined;
}

/** Throws S3RequestError AccessDenied, which says who may not do what to what and why. */
export function demand(questions: readonly S3Question[], ports: DecisionPorts): void {
  const denied = decide(questions, ports);
  if (denied !== undefined) throw new S3RequestError('AccessDenied', denied);
}

const policyActions: ReadonlySet<string> = new Set([
  's3:GetBucketPolicy',
  's3:PutBucketPolicy',
  's3:DeleteBucketPolicy',
]);

function decideOne(question: S3Question, ports: DecisionPorts): string | undefined {
  const { authorizer, asker, exchange, buckets } = ports;
  const { action, resource } = question;
  const name = /^arn:aws:s3:::([^/*]+)(?:\/|$)/.exec(resource)?.[1];
  const bucket = name === undefined ? undefined : buckets.get(name);
  if (name !== undefined && bucket === undefined) throw new Error(`the owner of ${name} was not looked up`);
  const { requester } = asker;
  const principal = requester?.caller.principal;
  const isServiceLinked = principal?.type === 'role-session' && principal.serviceLinked === true;
  // So that nobody is shut out of a bucket for good (Amazon S3 API Reference, "PutBucketPolicy").
  const isOwnersRoot =
    principal?.type === 'root' && principal.account === bucket?.account && policyActions.has(action);
  const asked: AccessQuestion = {
    action,
    resource,
    context: { ...bucket?.context, ...Object.fromEntries(question.context) },
    connection: {
      sourceIp: exchange.sourceIp,
      secure: exchange.secure,
      userAgent: exchange.headers.get('user-agent'),
      referer: exchange.headers.get('referer'),
    },
    ...(question.resourceAccount === undefined ? {} : { resourceAccount: question.resourceAccount }),
    ...(bucket?.policy === undefined || isOwnersRoot ? {} : { resourcePolicy: bucket.policy }),
    ...(bucket?.rcps === undefined || isServiceLinked ? {} : { rcps: bucket.rcps }),
  };
  if (requester === undefined) {
    const { resourceAccount } = asked;
    if (resourceAccount === undefined) return 'Access Denied';
    const { allowed } = authorizer.authorizeAnonymous({ ...asked, resourceAccount, region: asker.region });
    return allowed ? undefined : 'Access Denied';
  }
  const { allowed, decision } = authorizer.authorize(requester, asked);
  if (allowed) return undefined;
  return denialMessage({ callerArn: requester.caller.arn, action, resource: `"${resource}"`, decision });
}
