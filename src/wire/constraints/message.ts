import { type Fault, fault } from '#wire/faults';
import type { ServiceModel } from '#wire/model';
import { mustMatch, type Violation, type ViolationKind } from './validate.ts';

/** What IAM says of characters that a name, path or document must not have, instead of printing the pattern. */
const iamWords: ReadonlyMap<string, string> = new Map([
  [mustMatch('[\\w+=,.@-]+'), 'It must contain only alphanumeric characters and/or the following: +=,.@_-'],
  [
    mustMatch('(\\u002F)|(\\u002F[\\u0021-\\u007E]+\\u002F)'),
    'It must begin and end with / and contain only alphanumeric characters and/or / characters.',
  ],
  [
    mustMatch('((/[A-Za-z0-9\\.,\\+@=_-]+)*)/'),
    'It must begin and end with / and contain only alphanumeric characters and/or / characters.',
  ],
  [
    mustMatch('^[a-z0-9]([a-z0-9]|-(?!-)){1,61}[a-z0-9]$'),
    'It must be a minimum length of 3 characters and maximum length of 63 characters, contain only digits, lowercase letters, and hyphens (-), but cannot begin or end with a hyphen.',
  ],
]);

/**
 * AWS's sentence for inputs that break constraints: `2 validation errors detected: Value '!' at 'roleSessionName' failed to
 * satisfy constraint: …; …`. IAM never shows the value nor the members of an enumeration, and has words of its own for
 * names and paths, which it looks at only when nothing else is wrong.
 */
export function violationMessage(service: ServiceModel, violations: readonly Violation[]): string {
  if (service.service !== 'iam') return listMessage(service, violations);
  const listed = violations.filter((violation) => !iamWords.has(violation.constraint));
  const [first] = violations;
  if (listed.length > 0 || first === undefined) return listMessage(service, listed);
  return `The specified value for ${first.path} is invalid. ${iamWords.get(first.constraint)}`;
}

function listMessage(service: ServiceModel, violations: readonly Violation[]): string {
  const count = violations.length === 1 ? '1 validation error' : `${violations.length} validation errors`;
  return `${count} detected: ${violations.map((violation) => sentence(service, violation)).join('; ')}`;
}

function sentence(service: ServiceModel, { path, kind, shown, constraint }: Violation): string {
  const hides = service.service === 'iam';
  const value = hides || shown === undefined ? '' : kind === 'required' ? ' null' : ` '${shown}'`;
  const rule = hides && kind === 'enum' ? 'Member must satisfy enum value set' : constraint;
  return `Value${value} at '${path}' failed to satisfy constraint: ${rule}`;
}

/** Organizations names only the kind of the first mistake (Organizations API reference, InvalidInputException). */
const organizationsReasons: Readonly<Record<ViolationKind, readonly [reason: string, message: string]>> = {
  required: ['INPUT_REQUIRED', 'You must include a value for all required parameters.'],
  pattern: ['INVALID_PATTERN', 'You provided a value that does not match the required pattern.'],
  enum: ['INVALID_ENUM', 'You specified an invalid value.'],
  'min-length': ['MIN_LENGTH_EXCEEDED', 'You provided a string parameter that is shorter than allowed.'],
  'max-length': ['MAX_LENGTH_EXCEEDED', 'You provided a string parameter that is longer than allowed.'],
  'min-value': ['MIN_VALUE_EXCEEDED', 'You provided a numeric value that is lower than allowed.'],
  'max-value': ['MAX_VALUE_EXCEEDED', 'You provided a numeric value that is larger than allowed.'],
  'list-member': [
    'INVALID_LIST_MEMBER',
    'You provided a list to a parameter that contains at least one invalid value.',
  ],
};

/** The fault with which a service answers an input that breaks constraints, or undefined when it breaks none. */
export function violationFault(service: ServiceModel, violations: readonly Violation[]): Fault | undefined {
  const first = violations[0];
  if (first === undefined) return undefined;
  if (service.service === 'organizations') {
    const [reason, message] = organizationsReasons[first.kind];
    return fault('InvalidInputException', message, { Reason: reason });
  }
  const message = violationMessage(service, violations);
  if (service.service === 'eks' || service.service === 'eks-auth')
    return fault('InvalidParameterException', message);
  if (service.service !== 'account') return fault('ValidationError', message);
  return fault('ValidationException', message, {
    reason: 'fieldValidationFailed',
    fieldList: violations.map((violation) => ({
      name: violation.path,
      message: violation.constraint,
    })),
  });
}
