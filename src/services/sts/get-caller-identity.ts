import { callerArn, callerUserId, defineOperation, loadNothing } from '#services/operation';
import { stsOperations } from '#wire/model';

/** Who is calling (AWS STS API Reference, GetCallerIdentity). Needs no permission and cannot be denied. */
export const getCallerIdentity = defineOperation(stsOperations.GetCallerIdentity, {
  callers: 'signed',
  effect: 'read',
  load: loadNothing,
  authorize: () => [],
  run: (_input, _loaded, { caller }) => ({
    UserId: callerUserId(caller),
    Account: caller.account.id,
    Arn: callerArn(caller),
  }),
});
