import { type AccountId, accountOfAccessKeyId } from '#core/identifiers';
import { isEnabledByDefault } from '#core/regions';
import { deriveSigningKey } from '#core/sigv4';
import {
  type Caller,
  type CredentialSource,
  defineOperation,
  describeCaller,
  encodeCaller,
  type Found,
  findCaller,
  type World,
} from '#services/operation';
import { Fault, fault } from '#wire/faults';
import { brevetOperations } from '#wire/model';

/**
 * The signing key of a caller for one day, Region and service, and everything that decides what the caller may do: with them a resource
 * verifies and decides by itself. The key signs nothing elsewhere, and the secret does not follow from it.
 *
 * Who may ask is a question of policy (`brevet:GetSigningKey` on that Region and service). The keys of another account's callers are only
 * for verifiers of the account that manages the organization of both: to any other they are resources across accounts that no policy shares.
 */
export const getSigningKey = defineOperation(brevetOperations.GetSigningKey, {
  callers: 'signed',
  effect: 'credential',
  load: (input, { state }) =>
    state.all('access-key').get(input.AccessKeyId)?.account ?? accountOfAccessKeyId(input.AccessKeyId),
  authorize: (input, owner, world) => {
    const account = owner ?? world.caller.account.id;
    return [
      {
        action: 'brevet:GetSigningKey',
        resource: `arn:aws:brevet:${input.Region}:${account}:signing-key/${input.Service}`,
        ...(isWithinReach(world, account) ? {} : { resourceAccount: account }),
      },
    ];
  },
  run: (input, _owner, call) => {
    const { caller, secretAccessKey } = findOrRefuse(call, input);
    refuseDisabledRegion(caller, input.Region);
    const key = deriveSigningKey(secretAccessKey(), input.Date, input.Region, input.Service);
    return {
      SigningKey: key.export(),
      Caller: encodeCaller(describeCaller(call.state, caller)),
      Sequence: call.identity.sequence,
    };
  },
});

/** The verifier's own account, or one of the organization that it manages. */
function isWithinReach({ state, caller }: World, account: AccountId): boolean {
  if (account === caller.account.id) return true;
  const id = state.all('account').get(account)?.organization?.id;
  return id !== undefined && state.all('organization').get(id)?.managementAccount === caller.account.id;
}

function findOrRefuse(
  call: CredentialSource,
  input: { readonly AccessKeyId: string; readonly SessionToken?: string | undefined },
): Found {
  try {
    return findCaller(call, input.AccessKeyId, input.SessionToken);
  } catch (error) {
    if (error instanceof Fault) throw refused(error.code);
    throw error;
  }
}

/** Where an opt-in Region is switched off, its services take no credentials of the account (IAM User Guide, "Managing AWS STS"). */
function refuseDisabledRegion({ account, session }: Caller, region: string): void {
  const isDisabled = account.disabledRegions?.includes(region) === true;
  if (session !== undefined && isDisabled && !isEnabledByDefault(region))
    throw refused('InvalidClientTokenId');
}

function refused(reason: string): Fault {
  return fault('CallerRefusedException', 'The credentials of the caller are not good.', { Reason: reason });
}
