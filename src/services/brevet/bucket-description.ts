import type { AccountId } from '#core/identifiers';
import { type ContextValue, parsePolicy } from '#core/policy';
import {
  type BoundIds,
  type NamedText,
  organizationPathText,
  resourceControlLevelsOf,
  showPrincipals,
} from '#services/operation';
import type { BucketPolicyDocument, IdentityState } from '#stores/identity';

/** A bucket's own policy. */
export interface BucketPolicy {
  /** As it was written. */
  readonly text: string;
  /** Whom it means: a user or role that is named in it matches by unique id alone. */
  readonly principalIds: BoundIds;
  /** As GetBucketPolicy shows it: with the ARNs that its principals have now, and the bare id of one that is gone. */
  readonly shown: string;
}

/** Whose a bucket is, and every policy of the bucket's side. */
export interface BucketDescription {
  /** True when the bucket was made through a gateway. */
  readonly isRegistered: boolean;
  readonly account: AccountId;
  readonly policy?: BucketPolicy | undefined;
  /** Resource control policies of the owner's organization, one list for each level, the root first. */
  readonly rcps?: readonly (readonly NamedText[])[] | undefined;
  /** Condition keys, lower-cased, that tell of the owner's organization. */
  readonly context: Readonly<Record<string, ContextValue>>;
}

/** A description that is not one. */
export class BucketDescriptionError extends Error {
  readonly code = 'BucketDescriptionError';

  constructor() {
    super('the description of the bucket cannot be read');
    this.name = 'BucketDescriptionError';
  }
}

/** What is known of a bucket. One that was not made through a gateway is its store's, and so `storeOwner`'s. */
export function describeBucket(state: IdentityState, name: string, storeOwner: AccountId): BucketDescription {
  const bucket = state.all('bucket').get(name);
  const account = bucket?.account ?? storeOwner;
  const policy = state.all('bucket-policy').get(name);
  const rcps = resourceControlLevelsOf(state, account);
  const owner = state.all('account').get(account);
  const path = owner && organizationPathText(state, owner);
  return {
    isRegistered: bucket !== undefined,
    account,
    policy: policy?.account !== account ? undefined : describePolicy(state, policy),
    rcps: rcps?.map((level) => level.map(({ arn, content }) => ({ name: arn, text: content }))),
    context:
      owner?.organization === undefined || path === undefined
        ? {}
        : { 'aws:resourceorgid': owner.organization.id, 'aws:resourceorgpaths': [path] },
  };
}

function describePolicy(
  state: IdentityState,
  { document: text, principalIds }: BucketPolicyDocument,
): BucketPolicy {
  return {
    text,
    principalIds,
    // Read only where it is shown or sent: decisions do without.
    get shown() {
      return showPrincipals(state, text, parsePolicy(text, 'resource'), principalIds);
    },
  };
}

export function encodeBucket(description: BucketDescription): string {
  return JSON.stringify(description);
}

/** Throws BucketDescriptionError unless every part is there in its type: a policy that is lost could be one that denies. */
export function decodeBucket(text: string): BucketDescription {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new BucketDescriptionError();
  }
  if (!isDescription(value)) throw new BucketDescriptionError();
  return value;
}

const members: ReadonlySet<string> = new Set(['isRegistered', 'account', 'policy', 'rcps', 'context']);

function isDescription(value: unknown): value is BucketDescription {
  if (!isRecord(value) || Object.keys(value).some((name) => !members.has(name))) return false;
  const { isRegistered, account, policy, rcps, context } = value;
  return (
    typeof isRegistered === 'boolean' &&
    typeof account === 'string' &&
    /^[0-9]{12}$/.test(account) &&
    (policy === undefined || isPolicy(policy)) &&
    (rcps === undefined || (Array.isArray(rcps) && rcps.every((level) => isTexts(level)))) &&
    isRecord(context) &&
    Object.values(context).every(
      (item) =>
        typeof item === 'string' || (Array.isArray(item) && item.every((one) => typeof one === 'string')),
    )
  );
}

function isPolicy(value: unknown): boolean {
  return (
    isRecord(value) &&
    Object.keys(value).length === 3 &&
    typeof value.text === 'string' &&
    typeof value.shown === 'string' &&
    isRecord(value.principalIds) &&
    Object.values(value.principalIds).every((id) => typeof id === 'string')
  );
}

function isTexts(level: unknown): boolean {
  return (
    Array.isArray(level) &&
    level.every((one) => isRecord(one) && typeof one.name === 'string' && typeof one.text === 'string')
  );
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
