import type { AccountId } from '#core/identifiers';
import {
  type CertificateCall,
  type CertificateCaller,
  defineCertificateOperation,
  type Moment,
  type PresentedCertificates,
  roleArn,
  type ServiceSession,
} from '#services/operation';
import type { AnywhereProfileDocument, TrustAnchorDocument } from '#stores/identity';
import { Fault, fault } from '#wire/faults';
import {
  type CreateSessionRequest,
  type CreateSessionResponse,
  createSessionOperation,
  type StsTypes,
} from '#wire/model';
import { invalid } from '../base/faults.ts';
import { findResource, parseResourceArn, resourceArn } from '../base/resource.ts';
import { type AttributeTag, certificateTags, sourceIdentityOf } from './certificate-attributes.ts';
import { rememberSubject, subjectId } from './seen-subject.ts';
import { trustAnchorOf } from './trusted-certificate.ts';

interface Proven extends PresentedCertificates {
  readonly caller: CertificateCaller;
  readonly anchor: TrustAnchorDocument;
}

interface Loaded extends Proven {
  readonly profile: AnywhereProfileDocument;
  readonly sourceIdentity: string;
  readonly tags: readonly AttributeTag[];
  readonly durationSeconds: number;
}

/** STS takes no more session tags. */
const mostTags = 50;

/**
 * Credentials of a role for whoever holds the key of a certificate: AssumeRole by the service, with what the certificate says in the session's
 * tags and source identity (IAM Roles Anywhere User Guide, "CreateSession API").
 */
export const createSession = defineCertificateOperation(createSessionOperation, {
  callers: 'certificate',
  effect: 'credential',

  prove: ({ trustAnchorArn }: CreateSessionRequest, presented, moment): Proven => {
    const anchor = trustAnchorOf(trustAnchorArn, presented, moment);
    const account = moment.state.all('account').get(anchor.account);
    // INVARIANT: accounts are closed, never deleted.
    if (account === undefined) throw fault('InternalFailure');
    const { region } = anchor;
    const id = subjectId(anchor, presented.certificate);
    const subject = resourceArn('subject', { account: anchor.account, region, id });
    return { ...presented, anchor, caller: { kind: 'certificate', account, subject } };
  },

  describe: ({ roleArn: role, profileArn, trustAnchorArn }, { anchor, certificate }) => ({
    requestParameters: { cert: Buffer.from(certificate.der).toString('base64') },
    resources: [
      { accountId: anchor.account, type: 'AWS::IAM::Role', ARN: role },
      { accountId: anchor.account, type: 'AWS::RolesAnywhere::Profile', ARN: profileArn },
      { accountId: anchor.account, type: 'AWS::RolesAnywhere::TrustAnchor', ARN: trustAnchorArn },
    ],
  }),

  load: (input, proven, moment): Loaded => {
    const { certificate, anchor } = proven;
    const profile = findProfile(input, anchor, moment);
    const sourceIdentity = sourceIdentityOf(certificate);
    const tags = profile === undefined ? [] : certificateTags(certificate, profile.attributeMappings);
    if (profile === undefined || sourceIdentity === undefined || tags.length > mostTags) throw refused(input);
    if (input.roleSessionName !== undefined && !profile.acceptRoleSessionName) {
      throw fault('AccessDenied', 'Not authorized to set roleSessionName.');
    }
    if (profile.requireInstanceProperties && Object.keys(input.instanceProperties ?? {}).length === 0) {
      throw invalid('The profile requires instance properties.');
    }
    const durationSeconds = Math.min(
      profile.durationSeconds,
      input.durationSeconds ?? profile.durationSeconds,
    );
    checkDuration(input.roleArn, anchor.account, durationSeconds, moment);
    return { ...proven, profile, sourceIdentity, tags, durationSeconds };
  },

  run: async (input, loaded: Loaded, call): Promise<CreateSessionResponse> => {
    const { anchor, certificate, caller } = loaded;
    const answer = await assume(input, loaded, call);
    const { account, region } = anchor;
    const { instanceProperties } = input;
    await rememberSubject(call.identity, { account, region, certificate, instanceProperties, now: call.now });
    return describeSession(input.roleArn, answer, caller.subject);
  },
});

/** The profile, if it is there, is on, is of the anchor's account and Region, and lists the role. A service acts on no other account's roles. */
function findProfile(
  { profileArn, roleArn: role }: CreateSessionRequest,
  anchor: TrustAnchorDocument,
  { state }: Moment,
): AnywhereProfileDocument | undefined {
  const named = parseResourceArn(profileArn);
  if (named?.kind !== 'profile' || named.account !== anchor.account || named.region !== anchor.region) {
    return undefined;
  }
  const profile = findResource(state, 'profile', named);
  return profile?.isEnabled === true && profile.roleArns.includes(role) ? profile : undefined;
}

/** Throws ValidationException for more than the role allows. */
function checkDuration(arn: string, account: AccountId, durationSeconds: number, { state }: Moment): void {
  const role = state.all('role').named(account, arn.slice(arn.lastIndexOf('/') + 1));
  if (role !== undefined && roleArn(role) === arn && durationSeconds > role.maxSessionDurationSeconds) {
    throw invalid('The requested DurationSeconds exceeds the MaxSessionDuration set for this role.');
  }
}

/** One sentence for a profile, a role and a trust policy that do not fit: which of them it was is for the account's records. */
function refused({ roleArn: role }: CreateSessionRequest): Fault {
  return fault('AccessDenied', `Unable to assume role for ${role}`);
}

async function assume(
  input: CreateSessionRequest,
  loaded: Loaded,
  call: CertificateCall,
): Promise<StsTypes.AssumeRoleResponse> {
  const { anchor } = loaded;
  const service = {
    service: 'rolesanywhere.amazonaws.com',
    sourceArn: resourceArn('trust-anchor', anchor),
    account: anchor.account,
    region: anchor.region,
  };
  try {
    return await call.assumeForService(service, sessionOf(input, loaded));
  } catch (error) {
    if (error instanceof Fault && error.code === 'AccessDenied') throw refused(input);
    // What STS says of a session that cannot be, such as a policy that is too large, has no name here.
    const isOfService = error instanceof Fault && !/^(InternalFailure|ServiceUnavailable)$/.test(error.code);
    throw isOfService ? invalid(error.message) : error;
  }
}

function sessionOf(input: CreateSessionRequest, loaded: Loaded): ServiceSession {
  const { profile, certificate, sourceIdentity, tags, durationSeconds } = loaded;
  return {
    RoleArn: input.roleArn,
    RoleSessionName: input.roleSessionName ?? certificate.serialNumber,
    DurationSeconds: durationSeconds,
    ...(profile.sessionPolicy === undefined ? {} : { Policy: profile.sessionPolicy }),
    ...(profile.managedPolicyArns.length === 0
      ? {}
      : { PolicyArns: profile.managedPolicyArns.map((arn) => ({ arn })) }),
    SourceIdentity: sourceIdentity,
    Tags: tags,
    context: {},
    // The documented trust policies ask for the certificate's attributes as if they were the principal's already.
    trustContext: Object.fromEntries(tags.map(({ Key, Value }) => [`aws:PrincipalTag/${Key}`, Value])),
  };
}

function describeSession(
  role: string,
  answer: StsTypes.AssumeRoleResponse,
  subjectArn: string,
): CreateSessionResponse {
  const { Credentials: issued, AssumedRoleUser: user, SourceIdentity = '' } = answer;
  if (issued === undefined || user === undefined) throw fault('InternalFailure');
  return {
    credentialSet: [
      {
        assumedRoleUser: { arn: user.Arn, assumedRoleId: user.AssumedRoleId },
        credentials: {
          accessKeyId: issued.AccessKeyId,
          expiration: issued.Expiration,
          secretAccessKey: issued.SecretAccessKey,
          sessionToken: issued.SessionToken,
        },
        packedPolicySize: answer.PackedPolicySize ?? 0,
        roleArn: role,
        sourceIdentity: SourceIdentity,
      },
    ],
    subjectArn,
  };
}
