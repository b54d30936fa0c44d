import type { RequestContext } from './context.ts';

/** Who asks, as policies see them. */
export type PrincipalFacts =
  | { readonly type: 'root'; readonly account: string; readonly arn: string; readonly id: string }
  | { readonly type: 'user'; readonly account: string; readonly arn: string; readonly id: string }
  | {
      readonly type: 'role-session';
      readonly account: string;
      /** The session's ARN. */
      readonly arn: string;
      /** The role's ARN, with its path. */
      readonly roleArn: string;
      /** Unique id of the role. */
      readonly id: string;
      readonly sessionName: string;
      readonly serviceLinked?: boolean;
    }
  | {
      readonly type: 'federated-user';
      readonly account: string;
      readonly arn: string;
      readonly issuer: { readonly type: 'user' | 'root'; readonly arn: string; readonly id: string };
    }
  | { readonly type: 'service'; readonly service: string }
  | { readonly type: 'federated'; readonly provider: string }
  | { readonly type: 'anonymous' };

/** One question: may this principal do this to that? */
export interface PolicyRequest {
  readonly principal: PrincipalFacts;
  /** `sts:AssumeRole`, in any case. */
  readonly action: string;
  /** An ARN, or `*` for an action without resource. */
  readonly resource: string;
  /** The account that owns the resource; the principal's own when left out. */
  readonly resourceAccount?: string;
  readonly context: RequestContext;
}
