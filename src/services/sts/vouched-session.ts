import type { ClaimedTag } from '#core/federation';
import {
  checkRegion,
  type FederatedCaller,
  type Issuing,
  issueSession,
  type Question,
} from '#services/operation';
import type { RoleDocument } from '#stores/identity';
import { fault } from '#wire/faults';
import type { StsTypes } from '#wire/model';
import { aboutRole, assumedRoleUser, checkDuration, type NamedRole } from './role-session.ts';
import {
  checkSessionPolicyArns,
  packedPolicySize,
  readSessionPolicies,
  type SessionPolicies,
  type SessionPolicyInput,
} from './session-policies.ts';
import { readSessionTags, type SessionTag, tagContext } from './session-tags.ts';

/** What an identity provider of either kind says of somebody, as far as it goes into the session. */
interface Vouched {
  readonly tags: readonly ClaimedTag[];
  readonly transitiveTagKeys: readonly string[];
  readonly sourceIdentity: string | undefined;
  readonly trustKeys: NonNullable<Question['context']>;
  readonly sessionKeys: Readonly<Record<string, string | readonly string[]>>;
}

/** A session that a provider's word is to open. */
export interface VouchedSession<Identity extends Vouched> {
  readonly role: NamedRole;
  readonly identity: Identity;
  readonly policies: SessionPolicies;
  readonly tagInput: Parameters<typeof tagContext>[0];
  readonly tags: readonly SessionTag[];
}

/** Throws InvalidParameterValue for tags that cannot be a session's, and what `readSessionPolicies` throws. */
export function readVouchedSession<Identity extends Vouched>(
  input: SessionPolicyInput,
  identity: Identity,
  role: NamedRole,
): VouchedSession<Identity> {
  const tagInput = {
    Tags: identity.tags.map(({ key, value }) => ({ Key: key, Value: value })),
    TransitiveTagKeys: identity.transitiveTagKeys,
  };
  const policies = readSessionPolicies(input);
  return { role, identity, policies, tagInput, tags: readSessionTags(tagInput, []) };
}

/** The questions to the role's trust policy: for the action, and for tags and a source identity where the provider gives them. */
export function askForSession(
  action: string,
  { role, identity, tagInput, tags }: VouchedSession<Vouched>,
  context: NonNullable<Question['context']>,
): readonly Question[] {
  const ask = (one: string): Question =>
    aboutRole(one, role, {
      ...tagContext(tagInput),
      ...identity.trustKeys,
      'sts:SourceIdentity': identity.sourceIdentity,
      ...context,
    });
  return [
    ask(action),
    ...(tags.length > 0 ? [ask('sts:TagSession')] : []),
    ...(identity.sourceIdentity === undefined ? [] : [ask('sts:SetSourceIdentity')]),
  ];
}

/** What a record says of a session that a provider's word opened (CloudTrail User Guide, "Logging IAM and AWS STS API calls"). */
export function describeVouched({
  tags,
  transitiveTagKeys,
  sourceIdentity,
}: Vouched): Readonly<Record<string, unknown>> {
  return {
    ...(tags.length === 0
      ? {}
      : { principalTags: Object.fromEntries(tags.map(({ key, value }) => [key, value])) }),
    ...(transitiveTagKeys.length === 0 ? {} : { transitiveTagKeys }),
    ...(sourceIdentity === undefined ? {} : { sourceIdentity }),
  };
}

/**
 * Everything that can still refuse a session that the trust policy allows: its length, its Region, its policies, its size. Nothing is issued yet.
 * Throws ValidationError, RegionDisabledException, MalformedPolicyDocument, PackedPolicyTooLarge.
 */
export function checkVouchedSession(
  issuing: Issuing,
  { role: { found: role }, policies, tags }: VouchedSession<Vouched>,
  durationSeconds: number,
): { readonly role: RoleDocument; readonly packed: number | undefined } {
  // INVARIANT: a role that does not exist trusts nobody, so policy has refused before this.
  if (role === undefined) throw fault('InternalFailure');
  checkDuration(durationSeconds, role);
  checkRegion(issuing, role.account);
  checkSessionPolicyArns(issuing.state, role.account, policies);
  return { role, packed: packedPolicySize({ ...policies, ...(tags.length === 0 ? {} : { tags }) }) };
}

/** The session, as both operations answer with it. */
export function issueVouchedSession(
  issuing: Issuing,
  { role, packed }: ReturnType<typeof checkVouchedSession>,
  { identity, policies, tags, caller }: VouchedSession<Vouched> & { readonly caller: FederatedCaller },
  { sessionName, durationSeconds }: { readonly sessionName: string; readonly durationSeconds: number },
): Pick<
  StsTypes.AssumeRoleWithSAMLResponse,
  'AssumedRoleUser' | 'Credentials' | 'PackedPolicySize' | 'SourceIdentity'
> {
  const { sourceIdentity } = identity;
  return {
    AssumedRoleUser: assumedRoleUser(role, sessionName),
    Credentials: issueSession(issuing, {
      kind: 'assumed-role',
      account: role.account,
      principalId: role.id,
      sessionName,
      ...policies,
      ...(tags.length === 0 ? {} : { tags }),
      ...(sourceIdentity === undefined ? {} : { sourceIdentity }),
      context: { ...identity.sessionKeys, 'aws:FederatedProvider': caller.provider },
      durationSeconds,
    }),
    ...(packed === undefined ? {} : { PackedPolicySize: packed }),
    ...(sourceIdentity === undefined ? {} : { SourceIdentity: sourceIdentity }),
  };
}
