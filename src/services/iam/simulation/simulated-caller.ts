import { parseArn } from '#core/arn';
import type { AccessKeyId, AccountId, UniqueId } from '#core/identifiers';
import type { PrincipalFacts } from '#core/policy';
import { type Caller, principalFacts, type UserCaller, type World } from '#services/operation';
import type { AccountDocument } from '#stores/identity';
import { fault } from '#wire/faults';
import { foundSource, type PolicySource, readSource } from '../base/policy-source.ts';

/** Who the requests of a simulation come from. */
export interface Simulated {
  readonly caller: Caller;
  readonly principal: PrincipalFacts;
  /** Condition keys that nobody can know of this caller: those of a session, or of a user without name. */
  readonly unknownKeys: readonly string[];
}

const userKeys = ['aws:username', 'aws:userid', 'aws:principalarn'];
const sessionKeys = ['aws:userid', 'aws:tokenissuetime', 'aws:multifactorauthpresent'];

/** The user or role itself as a caller; undefined for a group, which cannot call. */
export function callerOf(source: PolicySource, world: World): Caller | undefined {
  const found = foundSource(source);
  const { account } = world.caller;
  const accessKeyId = '' as AccessKeyId;
  if ('trustPolicy' in found) {
    const nowSeconds = Math.floor(world.now / 1000);
    return {
      kind: 'assumed-role',
      account,
      role: found,
      accessKeyId,
      session: {
        kind: 'assumed-role',
        accessKeyId,
        account: account.id,
        principalId: found.id,
        issuedAt: nowSeconds,
        expiresAt: nowSeconds,
        region: world.region,
      },
    };
  }
  return 'groups' in found ? { kind: 'user', account, user: found, accessKeyId } : undefined;
}

/**
 * Who calls in a simulation: the user that `callerArn` names, whether there is one or not; else the source itself; else a user of whom
 * nothing is known. Throws InvalidInput when `callerArn` is not the ARN of a user.
 */
export function simulatedCaller(
  callerArn: string | undefined,
  source: Caller | undefined,
  world: World,
): Simulated {
  if (callerArn !== undefined) return namedCaller(callerArn, world);
  if (source === undefined) {
    const caller = unnamedUser(world);
    const principal: PrincipalFacts = { type: 'user', account: caller.account.id, arn: '', id: '' };
    return { caller, principal, unknownKeys: userKeys };
  }
  const unknownKeys = source.kind === 'assumed-role' ? sessionKeys : [];
  return { caller: source, principal: principalFacts(source), unknownKeys };
}

function namedCaller(arn: string, world: World): Simulated {
  const parts = parseArn(arn);
  if (parts?.service !== 'iam' || !/^user\/.+$/.test(parts.resource) || !/^[0-9]{12}$/.test(parts.account)) {
    throw fault('InvalidInput', `CallerArn must be the ARN of an IAM user: ${arn}`);
  }
  const source = readSource(arn, world);
  const user = source.found;
  if (user !== undefined && 'groups' in user) {
    const caller: UserCaller = {
      kind: 'user',
      account: world.caller.account,
      user,
      accessKeyId: '' as AccessKeyId,
    };
    return { caller, principal: principalFacts(caller), unknownKeys: [] };
  }
  // Of another account nothing is told but its id, whether there is such an account or not.
  const account: AccountDocument =
    source.account === world.caller.account.id
      ? world.caller.account
      : { id: source.account as AccountId, name: '', email: '', createdAt: world.now };
  const path = parts.resource.slice('user'.length, -source.name.length);
  const unnamed = unnamedUser(world);
  const caller: UserCaller = {
    ...unnamed,
    account,
    user: { ...unnamed.user, account: account.id, name: source.name, path },
  };
  return { caller, principal: principalFacts(caller), unknownKeys: ['aws:userid'] };
}

/** A user of the account of whom nothing else is known. */
export function unnamedUser({ caller, now }: World): UserCaller {
  return {
    kind: 'user',
    account: caller.account,
    accessKeyId: '' as AccessKeyId,
    user: {
      id: '' as UniqueId,
      account: caller.account.id,
      name: '',
      path: '/',
      createdAt: now,
      inlinePolicies: {},
      attachedPolicies: [],
      tags: [],
      groups: [],
    },
  };
}
