import type { AccountId } from '#core/identifiers';
import type { StsTypes } from '#wire/model';

/** What a service of AWS's is to do, and for what. */
export interface ServiceCall {
  /** `ec2.amazonaws.com` */
  readonly service: string;
  /** ARN of what the service acts for, and the account it is in. */
  readonly sourceArn: string;
  readonly account: AccountId;
  readonly region: string;
}

/** The session that a service asks for; members as AssumeRole names them. */
export interface ServiceSession {
  readonly RoleArn: string;
  readonly RoleSessionName: string;
  readonly DurationSeconds: number;
  readonly Policy?: string;
  readonly PolicyArns?: readonly { readonly arn: string }[];
  readonly Tags?: readonly { readonly Key: string; readonly Value: string }[];
  readonly TransitiveTagKeys?: readonly string[];
  readonly SourceIdentity?: string;
  /** Condition keys that live as long as the session, such as `ec2:SourceInstanceArn`. */
  readonly context: Readonly<Record<string, string>>;
  /** Condition keys that the trust policy alone is asked with. */
  readonly trustContext?: Readonly<Record<string, string>>;
}

/** AssumeRole by a service's principal, through policy and into the audit log like any other. Rejects with Fault. */
export type AssumeForService = (
  call: ServiceCall,
  session: ServiceSession,
) => Promise<StsTypes.AssumeRoleResponse>;
