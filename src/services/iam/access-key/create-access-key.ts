import { type AccessKeyId, createAccessKeyId, createSecretAccessKey } from '#core/identifiers';
import { type Call, defineOperation } from '#services/operation';
import type { AccessKeyDocument, IdentityState } from '#stores/identity';
import { type IamTypes, iamOperations } from '#wire/model';
import { checkQuota } from '../base/quotas.ts';
import { aboutSubject, subjectOf } from '../base/subject.ts';
import { ownerName, ownerOf } from './owner.ts';

/** Creates an access key. Its secret is in this answer and never again (IAM API Reference, "CreateAccessKey"). */
export const createAccessKey = defineOperation(iamOperations.CreateAccessKey, {
  callers: 'signed',
  effect: 'credential',
  load: (input, world) => subjectOf(input.UserName, world),
  authorize: (_input, subject, world) => [aboutSubject('CreateAccessKey', world, subject)],
  run: async (_input, subject, call) => {
    const { box, identity, now } = call;
    const account = call.caller.account.id;
    const secret = createSecretAccessKey(call.random);
    const { key, owner } = await identity.write(({ state, put }) => {
      const owner = ownerOf(state, account, subject);
      checkQuota('AccessKeysPerUser', state.all('access-key').count(owner.id));
      const id = unusedKeyId(state, call);
      const key: AccessKeyDocument = {
        id,
        account,
        owner: owner.id,
        status: 'Active',
        createdAt: now,
        sealedSecret: box.seal(secret, `access-key:${id}`),
      };
      put('access-key', key);
      return { key, owner };
    });
    const answer = {
      ...ownerName(owner),
      AccessKeyId: key.id,
      Status: key.status,
      SecretAccessKey: secret,
      CreateDate: key.createdAt,
    };
    // The model requires a UserName, but the root has none.
    return { AccessKey: answer as IamTypes.AccessKey };
  },
});

/** INVARIANT: a new key never takes the place of another, however unlikely thirty-nine random bits are to meet again. */
function unusedKeyId(state: IdentityState, { caller, random }: Call): AccessKeyId {
  for (;;) {
    const id = createAccessKeyId('AKIA', caller.account.id, random);
    if (state.all('access-key').get(id) === undefined) return id;
  }
}
