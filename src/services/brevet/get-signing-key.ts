import { accountOfAccessKeyId } from '#core/identifiers';
import { type CredentialSource, defineOperation, encodeCaller } from '#services/operation';
import { Fault, fault } from '#wire/faults';
import { brevetOperations } from '#wire/model';
import { isWithinReach } from './is-within-reach.ts';
import { type IssuedSigningKey, issueSigningKey, type SigningKeyScope } from './issue-signing-key.ts';

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
  // What the caller may do is long, and in the records of those who said so.
  describe: () => ({ responseElements: ({ Sequence }) => ({ sequence: Sequence }) }),
  run: (input, _owner, call) => {
    const { signingKey, caller } = issueOrRefuse(call, {
      accessKeyId: input.AccessKeyId,
      sessionToken: input.SessionToken,
      date: input.Date,
      region: input.Region,
      service: input.Service,
    });
    return {
      SigningKey: signingKey.export(),
      Caller: encodeCaller(caller),
      Sequence: call.identity.sequence,
    };
  },
});

function issueOrRefuse(source: CredentialSource, scope: SigningKeyScope): IssuedSigningKey {
  try {
    return issueSigningKey(source, scope);
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    throw fault('CallerRefusedException', 'The credentials of the caller are not good.', {
      Reason: error.code,
    });
  }
}
