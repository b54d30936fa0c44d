import { defineOperation } from '#services/operation';
import { iamOperations } from '#wire/model';
import { instanceProfileNamed } from '../base/lookup.ts';
import { aboutEntity } from '../base/question.ts';
import { describeInstanceProfile } from './describe-instance-profile.ts';

/** Describes an instance profile and the role in it (IAM API Reference, "GetInstanceProfile"). */
export const getInstanceProfile = defineOperation(iamOperations.GetInstanceProfile, {
  callers: 'signed',
  effect: 'read',
  load: (input, { state, caller }) =>
    state.all('instance-profile').named(caller.account.id, input.InstanceProfileName),
  authorize: (input, found, world) => [
    aboutEntity('GetInstanceProfile', world, 'instance-profile', found, input.InstanceProfileName),
  ],
  run: (input, _found, { state, caller }) => ({
    InstanceProfile: describeInstanceProfile(
      state,
      instanceProfileNamed(state, caller.account.id, input.InstanceProfileName),
    ),
  }),
});
