import { compareText } from '#core/text';
import { defineOperation, loadNothing } from '#services/operation';
import { iamOperations } from '#wire/model';
import { roleNamed } from '../base/lookup.ts';
import { pageByName } from '../base/page.ts';
import { aboutEntity, aboutEverything } from '../base/question.ts';
import { listedInstanceProfile } from './describe-instance-profile.ts';

/** The instance profiles of the account below a path (IAM API Reference, "ListInstanceProfiles"). */
export const listInstanceProfiles = defineOperation(iamOperations.ListInstanceProfiles, {
  callers: 'signed',
  effect: 'read',
  load: loadNothing,
  authorize: () => [aboutEverything('ListInstanceProfiles')],
  run: (input, _loaded, { state, caller }) => {
    const { items, answer } = pageByName(state.all('instance-profile').list(caller.account.id), input);
    return { InstanceProfiles: items.map((profile) => listedInstanceProfile(state, profile)), ...answer };
  },
});

/** The instance profiles that hold a role (IAM API Reference, "ListInstanceProfilesForRole"). */
export const listInstanceProfilesForRole = defineOperation(iamOperations.ListInstanceProfilesForRole, {
  callers: 'signed',
  effect: 'read',
  load: (input, { state, caller }) => state.all('role').named(caller.account.id, input.RoleName),
  authorize: (input, found, world) => [
    aboutEntity('ListInstanceProfilesForRole', world, 'role', found, input.RoleName),
  ],
  run: (input, _found, { state, caller }) => {
    const role = roleNamed(state, caller.account.id, input.RoleName);
    const profiles = state
      .all('instance-profile')
      .owned(role.id)
      .toSorted((left, right) => compareText(left.name.toLowerCase(), right.name.toLowerCase()));
    const { items, answer } = pageByName(profiles, input);
    return { InstanceProfiles: items.map((profile) => listedInstanceProfile(state, profile)), ...answer };
  },
});
