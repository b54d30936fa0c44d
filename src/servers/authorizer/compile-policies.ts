import type { ApplicablePolicies, NamedPolicy } from '#core/policy';
import type { NamedText, PolicyCache, PolicyTexts } from '#services/operation';

/** The policies of a caller, compiled. Throws PolicyError for a text that is no policy. */
export function compilePolicies(
  { identity, boundary, session, scps }: PolicyTexts,
  cache: PolicyCache,
): Omit<ApplicablePolicies, 'resource' | 'rcps'> {
  const compile = ({ name, text }: NamedText, kind: Parameters<PolicyCache['compile']>[1]): NamedPolicy => ({
    name,
    policy: cache.compile(text, kind),
  });
  return {
    identity: identity.map((one) => compile(one, 'identity')),
    ...(boundary === undefined ? {} : { boundary: compile(boundary, 'boundary') }),
    ...(session === undefined ? {} : { session: session.map((one) => compile(one, 'session')) }),
    ...(scps === undefined ? {} : { scps: scps.map((level) => level.map((one) => compile(one, 'scp'))) }),
  };
}
