import { contextKeysOf, distinctKeys, type NamedPolicy } from '#core/policy';
import { compareText } from '#core/text';
import { defineOperation, loadNothing } from '#services/operation';
import { iamOperations } from '#wire/model';
import { aboutSource, readSource } from '../base/policy-source.ts';
import { aboutEverything } from '../base/question.ts';
import { collectSourcePolicies } from './collect.ts';
import { readPolicies } from './policy-inputs.ts';

/** The condition keys that the given policies ask about (IAM API Reference, "GetContextKeysForCustomPolicy"). */
export const getContextKeysForCustomPolicy = defineOperation(iamOperations.GetContextKeysForCustomPolicy, {
  callers: 'signed',
  effect: 'read',
  load: loadNothing,
  authorize: () => [aboutEverything('GetContextKeysForCustomPolicy')],
  run: (input) => ({
    ContextKeyNames: keyNames(readPolicies('PolicyInputList', input.PolicyInputList, 'identity')),
  }),
});

/**
 * The condition keys that the policies of a user, group or role ask about, and those given (IAM API Reference,
 * "GetContextKeysForPrincipalPolicy").
 */
export const getContextKeysForPrincipalPolicy = defineOperation(
  iamOperations.GetContextKeysForPrincipalPolicy,
  {
    callers: 'signed',
    effect: 'read',
    load: (input, world) => readSource(input.PolicySourceArn, world),
    authorize: (input, source, world) => [
      aboutSource('GetContextKeysForPrincipalPolicy', world, source, input.PolicySourceArn),
    ],
    run: (input, source, world) => {
      const more = readPolicies('PolicyInputList', input.PolicyInputList, 'identity');
      const { identity, boundary } = collectSourcePolicies(source, world)({ action: '', resource: '*' });
      const bounds = boundary === undefined ? [] : [boundary];
      return { ContextKeyNames: keyNames([...identity, ...bounds, ...more]) };
    },
  },
);

/** Each key once, whatever its case, in the order of their names. */
function keyNames(policies: readonly NamedPolicy[]): readonly string[] {
  const names = distinctKeys(policies.flatMap(({ policy }) => contextKeysOf(policy.document)));
  return [...names].sort((left, right) => compareText(left.toLowerCase(), right.toLowerCase()));
}
