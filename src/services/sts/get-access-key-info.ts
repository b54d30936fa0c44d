import { accountOfAccessKeyId } from '#core/identifiers';
import { defineOperation } from '#services/operation';
import { fault } from '#wire/faults';
import { stsOperations } from '#wire/model';
import { refuseSessionOf } from './refuse-session.ts';

/**
 * The account of an access key id (AWS STS API Reference, GetAccessKeyInfo). Says nothing of whether the key exists or is active:
 * the account is written in the id, except for ids that an operator chose.
 */
export const getAccessKeyInfo = defineOperation(stsOperations.GetAccessKeyInfo, {
  callers: 'signed',
  effect: 'read',
  refuse: refuseSessionOf('GetAccessKeyInfo'),
  load: (input, { state }) =>
    state.all('access-key').get(input.AccessKeyId)?.account ?? accountOfAccessKeyId(input.AccessKeyId),
  authorize: () => [{ action: 'sts:GetAccessKeyInfo', resource: '*' }],
  run: (_input, account) => {
    if (account === undefined) throw fault('ValidationError', 'Invalid Access Key ID');
    return { Account: account };
  },
});
