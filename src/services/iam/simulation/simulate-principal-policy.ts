import { defineOperation } from '#services/operation';
import { iamOperations } from '#wire/model';
import { aboutSource, readSource } from '../base/policy-source.ts';
import { collectSourcePolicies } from './collect.ts';
import { readBoundary, readPolicies } from './policy-inputs.ts';
import { simulate } from './simulate.ts';
import { callerOf, simulatedCaller } from './simulated-caller.ts';

/**
 * What the policies of a user, group or role would decide, together with those given (IAM API Reference, "SimulatePrincipalPolicy").
 * A boundary that is given stands in for the one that is set.
 */
export const simulatePrincipalPolicy = defineOperation(iamOperations.SimulatePrincipalPolicy, {
  callers: 'signed',
  effect: 'read',
  load: (input, world) => readSource(input.PolicySourceArn, world),
  authorize: (input, source, world) => [
    aboutSource('SimulatePrincipalPolicy', world, source, input.PolicySourceArn),
  ],
  run: (input, source, world) => {
    const more = readPolicies('PolicyInputList', input.PolicyInputList, 'identity');
    const boundary = readBoundary(input.PermissionsBoundaryPolicyInputList);
    const simulated = simulatedCaller(input.CallerArn, callerOf(source, world), world);
    const collectOwn = collectSourcePolicies(source, world);
    return simulate(
      input,
      {
        simulated,
        collect: (question) => {
          const own = collectOwn(question);
          return {
            ...own,
            identity: [...own.identity, ...more],
            ...(boundary === undefined ? {} : { boundary }),
          };
        },
      },
      world,
    );
  },
});
