import { defineOperation } from '#services/operation';
import { iamOperations } from '#wire/model';
import { page } from '../base/page.ts';
import { aboutSubject, subjectOf } from '../base/subject.ts';
import { ownerName, ownerOf } from './owner.ts';

/** The access keys of a user or of the calling root, without their secrets (IAM API Reference, "ListAccessKeys"). */
export const listAccessKeys = defineOperation(iamOperations.ListAccessKeys, {
  callers: 'signed',
  effect: 'read',
  load: (input, world) => subjectOf(input.UserName, world),
  authorize: (_input, subject, world) => [aboutSubject('ListAccessKeys', world, subject)],
  run: (input, subject, { state, caller }) => {
    const owner = ownerOf(state, caller.account.id, subject);
    const { items, answer } = page(state.all('access-key').list(owner.id), ({ id }) => id, input);
    return {
      AccessKeyMetadata: items.map((key) => ({
        ...ownerName(owner),
        AccessKeyId: key.id,
        Status: key.status,
        CreateDate: key.createdAt,
      })),
      ...answer,
    };
  },
});
