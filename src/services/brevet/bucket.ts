import type { AccountId } from '#core/identifiers';
import { parsePolicy } from '#core/policy';
import { bindPrincipals, defineOperation, loadNothing, type Question, type World } from '#services/operation';
import { fault } from '#wire/faults';
import { brevetOperations, type OwnedBucketRequest } from '#wire/model';
import { describeBucket, encodeBucket } from './bucket-description.ts';
import { isWithinReach } from './is-within-reach.ts';

/** The bytes that S3 lets a bucket policy have. */
const longestPolicyBytes = 20_480;

/**
 * What may be asked about a bucket, and changed, is a question of policy on the bucket in the account that is said to own it: a gateway of
 * another account has no say in it but where that account manages the organization of both.
 */
function question(
  action: string,
  { Bucket, Account }: OwnedBucketRequest,
  world: World,
): readonly Question[] {
  const registered = world.state.all('bucket').get(Bucket)?.account;
  return [...new Set([Account as AccountId, ...(registered === undefined ? [] : [registered])])].map(
    (account) => ({
      action,
      resource: `arn:aws:brevet::${account}:bucket/${Bucket}`,
      ...(isWithinReach(world, account) ? {} : { resourceAccount: account }),
    }),
  );
}

/** Whose a bucket is and what the policies of its side say, for gateways that decide by themselves. */
export const getBucket = defineOperation(brevetOperations.GetBucket, {
  callers: 'signed',
  effect: 'read',
  load: loadNothing,
  authorize: (input, _loaded, world) => question('brevet:GetBucket', input, world),
  run: ({ Bucket, Account }, _loaded, { state, identity }) => ({
    Description: encodeBucket(describeBucket(state, Bucket, Account as AccountId)),
    Sequence: identity.sequence,
  }),
});

/** Notes whose a new bucket is, before the gateway makes it. A name is given once. */
export const createBucket = defineOperation(brevetOperations.CreateBucket, {
  callers: 'signed',
  effect: 'change',
  load: loadNothing,
  authorize: (input, _loaded, world) => question('brevet:CreateBucket', input, world),
  run: async ({ Bucket, Account }, _loaded, { identity, now }) => {
    await identity.write(({ state, put, delete: remove }) => {
      if (state.all('bucket').get(Bucket) !== undefined) {
        throw fault('BucketAlreadyExistsException', `The bucket ${Bucket} is somebody's.`);
      }
      if (state.all('account').get(Account) === undefined) {
        throw fault('BucketNotFoundException', `There is no account ${Account}.`);
      }
      // Of a bucket of this name that is gone.
      if (state.all('bucket-policy').get(Bucket) !== undefined) remove('bucket-policy', Bucket);
      put('bucket', { id: Bucket, account: Account as AccountId, createdAt: now });
    });
    return {};
  },
});

/** Forgets whose a bucket was, and its policy, once it is gone. */
export const deleteBucket = defineOperation(brevetOperations.DeleteBucket, {
  callers: 'signed',
  effect: 'change',
  load: loadNothing,
  authorize: (input, _loaded, world) => question('brevet:DeleteBucket', input, world),
  run: async ({ Bucket, Account }, _loaded, { identity }) => {
    await identity.write(({ state, delete: remove }) => {
      refuseOther(state.all('bucket').get(Bucket)?.account, Bucket, Account);
      for (const kind of ['bucket', 'bucket-policy'] as const)
        if (state.all(kind).get(Bucket) !== undefined) remove(kind, Bucket);
    });
    return {};
  },
});

/**
 * Puts the policy of a bucket in place of the one before, bound to the users and roles that it names now.
 * Throws MalformedPolicyDocument, also for one that does not exist.
 */
export const putBucketPolicy = defineOperation(brevetOperations.PutBucketPolicy, {
  callers: 'signed',
  effect: 'change',
  load: loadNothing,
  authorize: (input, _loaded, world) => question('brevet:PutBucketPolicy', input, world),
  run: async ({ Bucket, Account, Policy }, _loaded, { identity, now }) => {
    if (Buffer.byteLength(Policy) > longestPolicyBytes) {
      throw fault('MalformedPolicyDocument', 'The policy is longer than 20480 bytes.');
    }
    const document = parsePolicy(Policy, 'resource');
    await identity.write(({ state, put }) => {
      refuseOther(state.all('bucket').get(Bucket)?.account, Bucket, Account);
      put('bucket-policy', {
        id: Bucket,
        account: Account as AccountId,
        document: Policy,
        principalIds: bindPrincipals(state, document, () =>
          fault('MalformedPolicyDocument', 'Invalid principal in policy'),
        ),
        updatedAt: now,
      });
    });
    return {};
  },
});

/** Takes the policy of a bucket away; there need be none. */
export const deleteBucketPolicy = defineOperation(brevetOperations.DeleteBucketPolicy, {
  callers: 'signed',
  effect: 'change',
  load: loadNothing,
  authorize: (input, _loaded, world) => question('brevet:DeleteBucketPolicy', input, world),
  run: async ({ Bucket, Account }, _loaded, { identity }) => {
    await identity.write(({ state, delete: remove }) => {
      refuseOther(state.all('bucket').get(Bucket)?.account, Bucket, Account);
      if (state.all('bucket-policy').get(Bucket) !== undefined) remove('bucket-policy', Bucket);
    });
    return {};
  },
});

/** Refuses a change in the name of an account that is not the owner any more. */
function refuseOther(owner: string | undefined, bucket: string, account: string): void {
  if (owner === undefined || owner === account) return;
  throw fault('BucketNotFoundException', `The bucket ${bucket} is not of account ${account}.`);
}
