import { rootArn } from '#core/arn';
import { callerArn, defineOperation } from '#services/operation';
import { type Fault, fault } from '#wire/faults';
import { iamOperations } from '#wire/model';
import { aboutEntity, aboutEverything } from '../base/question.ts';

const action = 'GetAccessKeyLastUsed';

/** When, where and for which service an access key was last used (IAM API Reference, "GetAccessKeyLastUsed"). */
export const getAccessKeyLastUsed = defineOperation(iamOperations.GetAccessKeyLastUsed, {
  callers: 'signed',
  effect: 'read',
  load: (input, { state, caller }) => {
    const key = state.all('access-key').get(input.AccessKeyId);
    if (key?.account !== caller.account.id) return {};
    return { key, user: state.all('user').get(key.owner), lastUsed: state.all('last-used').get(key.id) };
  },
  authorize: (_input, { key, user }, world) => {
    if (key === undefined) return [aboutEverything(action)];
    if (user === undefined) return [{ action: `iam:${action}`, resource: rootArn(key.account) }];
    return [aboutEntity(action, world, 'user', user, user.name)];
  },
  run: (input, { key, user, lastUsed }, { caller }) => {
    if (key === undefined) throw unknownKey(callerArn(caller), input.AccessKeyId);
    return {
      ...(user === undefined ? {} : { UserName: user.name }),
      AccessKeyLastUsed:
        lastUsed === undefined
          ? { ServiceName: 'N/A', Region: 'N/A' }
          : { LastUsedDate: lastUsed.at, ServiceName: lastUsed.service, Region: lastUsed.region },
    };
  },
});

/** AWS answers in these words whatever the caller's policies allow, for a key of another account as for none. */
function unknownKey(caller: string, id: string): Fault {
  return fault(
    'AccessDenied',
    `User: ${caller} is not authorized to perform iam:${action} on resource: access key ${id}`,
  );
}
