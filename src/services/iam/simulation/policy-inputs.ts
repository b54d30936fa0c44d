import {
  type CompiledPolicy,
  compilePolicy,
  type NamedPolicy,
  PolicyError,
  type PolicyKind,
  parsePolicy,
} from '#core/policy';
import { fault } from '#wire/faults';

/** Reads the policies of one request parameter, named after it: `PolicyInputList.1`. Throws InvalidInput. */
export function readPolicies(
  parameter: string,
  texts: readonly string[] | undefined,
  kind: PolicyKind,
): readonly NamedPolicy[] {
  return (texts ?? []).map((text, index) => {
    const name = `${parameter}.${index + 1}`;
    return { name, policy: readPolicy(name, text, kind) };
  });
}

/** Reads one policy of a request. Throws InvalidInput with the reason and where it lies. */
export function readPolicy(name: string, text: string, kind: PolicyKind): CompiledPolicy {
  try {
    return compilePolicy(parsePolicy(text, kind));
  } catch (error) {
    if (!(error instanceof PolicyError)) throw error;
    const { message, position } = error;
    const place = position === undefined ? '' : ` (line ${position.line}, column ${position.column})`;
    throw fault('InvalidInput', `Invalid policy ${name}: ${message}${place}`);
  }
}

/** The one boundary a request may bring. Throws InvalidInput for more than one. */
export function readBoundary(texts: readonly string[] | undefined): NamedPolicy | undefined {
  const [boundary, ...more] = readPolicies('PermissionsBoundaryPolicyInputList', texts, 'boundary');
  if (more.length > 0) throw fault('InvalidInput', 'Only one permissions boundary can be simulated.');
  return boundary;
}
