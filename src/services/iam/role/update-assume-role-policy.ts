import { defineOperation } from '#services/operation';
import { iamOperations } from '#wire/model';
import { modifiableRoleNamed } from '../base/lookup.ts';
import { aboutEntity } from '../base/question.ts';
import { bindTrust, readTrustPolicy } from './trust-policy.ts';

/** Replaces a role's trust policy, whose principals are looked up anew (IAM API Reference, "UpdateAssumeRolePolicy"). */
export const updateAssumeRolePolicy = defineOperation(iamOperations.UpdateAssumeRolePolicy, {
  callers: 'signed',
  effect: 'change',
  load: (input, { state, caller }) => ({
    trust: readTrustPolicy(input.PolicyDocument),
    found: state.all('role').named(caller.account.id, input.RoleName),
  }),
  authorize: (input, { found }, world) => [
    aboutEntity('UpdateAssumeRolePolicy', world, 'role', found, input.RoleName),
  ],
  run: async (input, { trust }, { identity, caller }) => {
    await identity.write(({ state, put }) => {
      const role = modifiableRoleNamed(state, caller.account.id, input.RoleName);
      put('role', { ...role, ...bindTrust(state, input.PolicyDocument, trust) });
    });
  },
});
