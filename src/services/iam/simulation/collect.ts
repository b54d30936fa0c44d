import type { ApplicablePolicies } from '#core/policy';
import {
  collectGroupPolicies,
  collectPolicies,
  PolicyCache,
  type Question,
  type World,
} from '#services/operation';
import { foundSource, type PolicySource } from '../base/policy-source.ts';
import { callerOf, unnamedUser } from './simulated-caller.ts';

/** More than one entity can have. */
const cachedPolicies = 1000;

/**
 * The policies that have a say when the entity itself asks: those the live service would collect. A group's are what its members have through
 * it. Throws NoSuchEntity.
 */
export function collectSourcePolicies(
  source: PolicySource,
  world: World,
): (question: Question) => ApplicablePolicies {
  const found = foundSource(source);
  const cache = new PolicyCache(cachedPolicies);
  const caller = callerOf(source, world) ?? unnamedUser(world);
  return (question) => {
    const policies = collectPolicies(world.state, caller, question, cache);
    return source.kind === 'group'
      ? { ...policies, identity: collectGroupPolicies(world.state, found, cache) }
      : policies;
  };
}
