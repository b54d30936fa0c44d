import { compareText } from '#core/text';
import { defineOperation, loadNothing } from '#services/operation';
import { iamOperations } from '#wire/model';
import { userNamed } from '../base/lookup.ts';
import { pageByName } from '../base/page.ts';
import { aboutEntity, aboutEverything } from '../base/question.ts';
import { describeGroup } from './describe-group.ts';

/** The groups of the account below a path (IAM API Reference, "ListGroups"). */
export const listGroups = defineOperation(iamOperations.ListGroups, {
  callers: 'signed',
  effect: 'read',
  load: loadNothing,
  authorize: () => [aboutEverything('ListGroups')],
  run: (input, _loaded, { state, caller }) => {
    const { items, answer } = pageByName(state.all('group').list(caller.account.id), input);
    return { Groups: items.map(describeGroup), ...answer };
  },
});

/** The groups a user is in (IAM API Reference, "ListGroupsForUser"). */
export const listGroupsForUser = defineOperation(iamOperations.ListGroupsForUser, {
  callers: 'signed',
  effect: 'read',
  load: (input, { state, caller }) => state.all('user').named(caller.account.id, input.UserName),
  authorize: (input, found, world) => [
    aboutEntity('ListGroupsForUser', world, 'user', found, input.UserName),
  ],
  run: (input, _found, { state, caller }) => {
    const user = userNamed(state, caller.account.id, input.UserName);
    const groups = user.groups
      .flatMap((id) => state.all('group').get(id) ?? [])
      .sort((left, right) => compareText(left.name.toLowerCase(), right.name.toLowerCase()));
    const { items, answer } = pageByName(groups, input);
    return { Groups: items.map(describeGroup), ...answer };
  },
});
