import { defineOperation } from '#services/operation';
import { iamOperations } from '#wire/model';
import { groupNamed } from '../base/lookup.ts';
import { pageByName } from '../base/page.ts';
import { aboutEntity } from '../base/question.ts';
import { listedUser } from '../user/describe-user.ts';
import { describeGroup } from './describe-group.ts';

/** A group and its members, the members by the page (IAM API Reference, "GetGroup"). */
export const getGroup = defineOperation(iamOperations.GetGroup, {
  callers: 'signed',
  effect: 'read',
  load: (input, { state, caller }) => state.all('group').named(caller.account.id, input.GroupName),
  authorize: (input, found, world) => [aboutEntity('GetGroup', world, 'group', found, input.GroupName)],
  run: (input, _found, { state, caller }) => {
    const group = groupNamed(state, caller.account.id, input.GroupName);
    const { items, answer } = pageByName(state.usersInGroup(group.id), input);
    return { Group: describeGroup(group), Users: items.map(listedUser), ...answer };
  },
});
