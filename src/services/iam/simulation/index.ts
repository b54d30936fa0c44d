/** The policy simulator: what policies would decide, asked of the evaluator and the policies that the live service uses. Called by the table of IAM. */
import { getContextKeysForCustomPolicy, getContextKeysForPrincipalPolicy } from './context-keys.ts';
import { simulateCustomPolicy } from './simulate-custom-policy.ts';
import { simulatePrincipalPolicy } from './simulate-principal-policy.ts';

export const simulationOperations = {
  GetContextKeysForCustomPolicy: getContextKeysForCustomPolicy,
  GetContextKeysForPrincipalPolicy: getContextKeysForPrincipalPolicy,
  SimulateCustomPolicy: simulateCustomPolicy,
  SimulatePrincipalPolicy: simulatePrincipalPolicy,
};
