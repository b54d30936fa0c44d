import { assumedRoleArn, federatedUserArn, iamArn, rootArn } from '#core/arn';
import type { AccountId } from '#core/identifiers';
import type { PrincipalFacts } from '#core/policy';
import type { SessionClaims } from '#core/session-token';
import type { AccountDocument, RoleDocument, UserDocument } from '#stores/identity';

/**
 * The root of an account, by its own access key or a GetSessionToken session of it; or somebody of its organization in its place, by an
 * AssumeRoot session, whose task policy says what little they may do.
 */
export interface RootCaller {
  readonly kind: 'root';
  readonly account: AccountDocument;
  readonly accessKeyId: string;
  readonly session?: SessionClaims;
}

/** An IAM user, by an access key or a GetSessionToken session. */
export interface UserCaller {
  readonly kind: 'user';
  readonly account: AccountDocument;
  readonly user: UserDocument;
  readonly accessKeyId: string;
  readonly session?: SessionClaims;
}

export interface RoleCaller {
  readonly kind: 'assumed-role';
  readonly account: AccountDocument;
  readonly role: RoleDocument;
  readonly accessKeyId: string;
  readonly session: SessionClaims;
}

/** A GetFederationToken session; `issuer` is undefined when the root issued it. */
export interface FederatedUserCaller {
  readonly kind: 'federated-user';
  readonly account: AccountDocument;
  readonly issuer: UserDocument | undefined;
  readonly accessKeyId: string;
  readonly session: SessionClaims;
}

/** Whoever signed the request, proven: their key, session and principal all exist now. */
export type Caller = RootCaller | UserCaller | RoleCaller | FederatedUserCaller;

/**
 * Somebody whom an identity provider of the account vouches for, proven by a token. They have no key and no policies of their own: what they
 * may have is for the trust policies of the account's roles to say.
 */
export type FederatedCaller = WebIdentityCaller | SamlCaller;

interface VouchedFor {
  readonly kind: 'federated';
  /** The account whose provider it is. */
  readonly account: AccountDocument;
  /** ARN of the provider. */
  readonly provider: string;
  /** Of whom the token speaks. */
  readonly subject: string;
}

/** By an OpenID Connect provider. */
export interface WebIdentityCaller extends VouchedFor {
  readonly type: 'WebIdentityUser';
  /** For whom the token was made. */
  readonly audience: string;
}

/** By a SAML provider. */
export interface SamlCaller extends VouchedFor {
  readonly type: 'SAMLUser';
  /** What tells this provider's people from those of all others. */
  readonly nameQualifier: string;
}

/**
 * A service of AWS's that acts for something in an account, such as `ec2.amazonaws.com` for an instance. It is only ever made inside this
 * process: no signature, token or header proves one.
 */
export interface ServiceCaller {
  readonly kind: 'service';
  /** `ec2.amazonaws.com` */
  readonly service: string;
  /** ARN of what it acts for. */
  readonly sourceArn: string;
  /** The account that is in. */
  readonly account: AccountDocument;
}

export function userArn(user: UserDocument): string {
  return iamArn(user.account, 'user', user.path, user.name);
}

export function roleArn(role: RoleDocument): string {
  return iamArn(role.account, 'role', role.path, role.name);
}

export function callerAccount(caller: Caller): AccountId {
  return caller.account.id;
}

/** The ARN as GetCallerIdentity and denials print it. */
export function callerArn(caller: Caller): string {
  switch (caller.kind) {
    case 'root':
      return rootArn(caller.account.id);
    case 'user':
      return userArn(caller.user);
    case 'assumed-role':
      return assumedRoleArn(caller.account.id, caller.role.name, sessionName(caller.session));
    case 'federated-user':
      return federatedUserArn(caller.account.id, sessionName(caller.session));
  }
}

/** The value of `aws:userid`, which is also GetCallerIdentity's UserId. */
export function callerUserId(caller: Caller): string {
  switch (caller.kind) {
    case 'root':
      return caller.account.id;
    case 'user':
      return caller.user.id;
    case 'assumed-role':
      return `${caller.role.id}:${sessionName(caller.session)}`;
    case 'federated-user':
      return `${caller.account.id}:${sessionName(caller.session)}`;
  }
}

/** The caller as policy sees it. */
export function principalFacts(caller: Caller): PrincipalFacts {
  const account = caller.account.id;
  const arn = callerArn(caller);
  switch (caller.kind) {
    case 'root':
      return { type: 'root', account, arn, id: account };
    case 'user':
      return { type: 'user', account, arn, id: caller.user.id };
    case 'assumed-role':
      return {
        type: 'role-session',
        account,
        arn,
        roleArn: roleArn(caller.role),
        id: caller.role.id,
        sessionName: sessionName(caller.session),
        serviceLinked: caller.role.path.startsWith('/aws-service-role/'),
      };
    case 'federated-user':
      return {
        type: 'federated-user',
        account,
        arn,
        issuer:
          caller.issuer === undefined
            ? { type: 'root', arn: rootArn(account), id: account }
            : { type: 'user', arn: userArn(caller.issuer), id: caller.issuer.id },
      };
  }
}

function sessionName(session: SessionClaims): string {
  return session.sessionName ?? '';
}
