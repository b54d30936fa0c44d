import { rootArn } from '#core/arn';
import type { AuditSessionContext, AuditUserIdentity } from '#core/audit';
import type { SessionClaims } from '#core/session-token';
import { formatIsoSeconds } from '#core/time';
import {
  type Caller,
  type CertificateCaller,
  callerArn,
  callerUserId,
  type FederatedCaller,
  roleArn,
  type ServiceCaller,
  userArn,
} from '#services/operation';

/** The caller in CloudTrail's form, as their own account sees them (CloudTrail User Guide, "userIdentity element"). */
export function userIdentity(
  caller: Caller | FederatedCaller | ServiceCaller | CertificateCaller,
): AuditUserIdentity {
  if (caller.kind === 'service') return { type: 'AWSService', invokedBy: caller.service };
  if (caller.kind === 'certificate') {
    // CloudTrail has no type for them: the account is known, and the subject.
    return { type: 'Unknown', principalId: caller.subject, accountId: caller.account.id };
  }
  return caller.kind === 'federated' ? federatedIdentity(caller) : signerIdentity(caller);
}

function federatedIdentity(caller: FederatedCaller): AuditUserIdentity {
  const { type, subject } = caller;
  switch (caller.type) {
    case 'WebIdentityUser':
      return {
        type,
        principalId: `${caller.provider}:${caller.audience}:${subject}`,
        userName: subject,
        identityProvider: caller.provider,
      };
    case 'SAMLUser':
      return {
        type,
        principalId: `${caller.nameQualifier}:${subject}`,
        userName: subject,
        identityProvider: caller.nameQualifier,
      };
  }
}

function signerIdentity(caller: Caller): AuditUserIdentity {
  const { account, session } = caller;
  const accountId = account.id;
  const whose = {
    principalId: callerUserId(caller),
    arn: callerArn(caller),
    accountId,
    // Who has signed in with a password has no key.
    ...(caller.accessKeyId === '' ? {} : { accessKeyId: caller.accessKeyId }),
  };
  const ownSession = session === undefined ? {} : { sessionContext: ownContext(session) };
  switch (caller.kind) {
    case 'root':
      return {
        type: 'Root',
        ...whose,
        ...(account.alias === undefined ? {} : { userName: account.alias }),
        ...ownSession,
      };
    case 'user':
      return { type: 'IAMUser', ...whose, userName: caller.user.name, ...ownSession };
    case 'assumed-role':
      return { type: 'AssumedRole', ...whose, sessionContext: roleContext(caller) };
    case 'federated-user': {
      const { issuer } = caller;
      const sessionIssuer =
        issuer === undefined
          ? ({ type: 'Root', principalId: accountId, arn: rootArn(accountId), accountId } as const)
          : ({
              type: 'IAMUser',
              principalId: issuer.id,
              arn: userArn(issuer),
              accountId,
              userName: issuer.name,
            } as const);
      const attributes = attributesOf(caller.session);
      return { type: 'FederatedUser', ...whose, sessionContext: { sessionIssuer, attributes } };
    }
  }
}

/** The caller as another account sees them whose resource they used: which principal of which account, and no more. */
export function foreignIdentity(caller: Caller): AuditUserIdentity {
  return { type: 'AWSAccount', principalId: callerUserId(caller), accountId: caller.account.id };
}

function attributesOf(session: SessionClaims): AuditSessionContext['attributes'] {
  return {
    creationDate: formatIsoSeconds(session.issuedAt * 1000),
    mfaAuthenticated: session.mfaAt === undefined ? 'false' : 'true',
  };
}

/** The session of a principal that has its permissions from nobody else; that of an assumed root says so. */
function ownContext(session: SessionClaims): AuditSessionContext {
  return {
    attributes: attributesOf(session),
    ...(session.sourceIdentity === undefined ? {} : { sourceIdentity: session.sourceIdentity }),
    ...(session.kind === 'assumed-root' ? { assumedRoot: 'true' } : {}),
  };
}

function roleContext({ role, session }: Extract<Caller, { kind: 'assumed-role' }>): AuditSessionContext {
  const ec2RoleDelivery = contextValue(session, 'ec2:RoleDelivery');
  return {
    sessionIssuer: {
      type: 'Role',
      principalId: role.id,
      arn: roleArn(role),
      accountId: role.account,
      userName: role.name,
    },
    webIdFederationData: webIdFederationData(session),
    attributes: attributesOf(session),
    ...(session.sourceIdentity === undefined ? {} : { sourceIdentity: session.sourceIdentity }),
    ...(ec2RoleDelivery === undefined ? {} : { ec2RoleDelivery }),
  };
}

/** Who vouched for the person behind the session, and what they said; empty, as AWS writes it, when nobody did. */
function webIdFederationData(
  session: SessionClaims,
): NonNullable<AuditSessionContext['webIdFederationData']> {
  const federatedProvider = contextValue(session, 'aws:FederatedProvider');
  if (federatedProvider === undefined || federatedProvider.includes(':saml-provider/')) return {};
  const host = federatedProvider.slice(federatedProvider.indexOf('/') + 1);
  const attributes: Record<string, string> = {};
  for (const [key, value] of Object.entries(session.context ?? {})) {
    if (key.toLowerCase().startsWith(`${host.toLowerCase()}:`) && typeof value === 'string')
      attributes[key] = value;
  }
  return { federatedProvider, attributes };
}

function contextValue(session: SessionClaims, name: string): string | undefined {
  const wanted = name.toLowerCase();
  for (const [key, value] of Object.entries(session.context ?? {}))
    if (key.toLowerCase() === wanted && typeof value === 'string') return value;
  return undefined;
}
