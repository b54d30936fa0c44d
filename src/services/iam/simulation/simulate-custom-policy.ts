import { defineOperation, loadNothing } from '#services/operation';
import { iamOperations } from '#wire/model';
import { aboutEverything } from '../base/question.ts';
import { readBoundary, readPolicies } from './policy-inputs.ts';
import { simulate } from './simulate.ts';
import { simulatedCaller } from './simulated-caller.ts';

/** What the given policies would decide (IAM API Reference, "SimulateCustomPolicy"). Nothing that is stored has a say. */
export const simulateCustomPolicy = defineOperation(iamOperations.SimulateCustomPolicy, {
  callers: 'signed',
  effect: 'read',
  load: loadNothing,
  authorize: () => [aboutEverything('SimulateCustomPolicy')],
  run: (input, _loaded, world) => {
    const identity = readPolicies('PolicyInputList', input.PolicyInputList, 'identity');
    const boundary = readBoundary(input.PermissionsBoundaryPolicyInputList);
    const policies = { identity, ...(boundary === undefined ? {} : { boundary }) };
    const simulated = simulatedCaller(input.CallerArn, undefined, world);
    return simulate(input, { simulated, collect: () => policies }, world);
  },
});
