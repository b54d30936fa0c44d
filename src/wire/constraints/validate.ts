import { codePointLength } from '#core/text';
import type {
  ListShape,
  MapShape,
  Member,
  OperationModel,
  Shape,
  StringShape,
  StructureShape,
} from '#wire/model';
import { matchPattern } from './pattern.ts';

export type ViolationKind =
  | 'required'
  | 'pattern'
  | 'enum'
  | 'min-length'
  | 'max-length'
  | 'min-value'
  | 'max-value'
  | 'list-member';

/** One constraint of the model that an input does not meet. */
export interface Violation {
  /** `tags.1.member.key` */
  readonly path: string;
  readonly kind: ViolationKind;
  /** The value as messages show it; undefined where it must not be shown. */
  readonly shown: string | undefined;
  /** `Member must not be null` */
  readonly constraint: string;
}

/** Where a value stands; turned into text only when there is something to report. */
interface Place {
  readonly parent: Place | undefined;
  readonly name: string;
}

/** So that a hostile list cannot make an answer many times its own size. */
const maxViolations = 100;

/**
 * Every constraint of the operation's model that the input does not meet: presence, length in code points, pattern, range,
 * enumeration, list length; empty when all hold. An input with more than a hundred is reported with the first hundred.
 */
export function validateInput(operation: OperationModel, input: unknown): readonly Violation[] {
  const violations: Violation[] = [];
  if (operation.input !== undefined) checkStructure(operation.input, input as Fields, undefined, violations);
  return violations;
}

type Fields = Readonly<Record<string, unknown>>;

function checkStructure(
  shape: StructureShape,
  value: Fields,
  parent: Place | undefined,
  violations: Violation[],
): void {
  for (const member of shape.members) {
    if (violations.length >= maxViolations) return;
    const item = value[member.name];
    if (item !== undefined) checkMember(member, item, parent, violations);
    else if (member.required) report(violations, parent, member.name, 'required', 'null', notNull);
  }
}

function checkMember(
  member: Member,
  value: unknown,
  parent: Place | undefined,
  violations: Violation[],
): void {
  const { shape, name } = member;
  switch (shape.type) {
    case 'structure':
      checkStructure(shape, value as Fields, { parent, name }, violations);
      return;
    case 'list':
      checkList(shape, value as readonly unknown[], parent, name, violations);
      return;
    case 'map':
      checkMap(shape, value as Fields, parent, name, violations);
      return;
    case 'string':
      checkString(shape, value as string, parent, name, violations);
      return;
    case 'blob':
      checkLength((value as Uint8Array).length, shape, undefined, parent, name, violations);
      return;
    case 'integer':
    case 'long':
    case 'float':
    case 'double':
      checkNumber(shape, value as number, parent, name, violations);
      return;
    case 'boolean':
    case 'timestamp':
      return;
  }
}

function checkNumber(
  { min, max }: { readonly min: number | undefined; readonly max: number | undefined },
  number: number,
  parent: Place | undefined,
  name: string,
  violations: Violation[],
): void {
  if (min !== undefined && number < min) {
    const constraint = `Member must have value greater than or equal to ${min}`;
    report(violations, parent, name, 'min-value', String(number), constraint);
  }
  if (max !== undefined && number > max) {
    const constraint = `Member must have value less than or equal to ${max}`;
    report(violations, parent, name, 'max-value', String(number), constraint);
  }
}

function checkString(
  shape: StringShape,
  value: string,
  parent: Place | undefined,
  name: string,
  violations: Violation[],
): void {
  const shown = shape.sensitive ? undefined : value;
  if (shape.pattern !== undefined && !matchPattern(shape.pattern, value, shape.max)) {
    report(violations, parent, name, 'pattern', shown, mustMatch(shape.pattern));
  }
  if (shape.min !== undefined || shape.max !== undefined) {
    checkLength(codePointLength(value), shape, shown, parent, name, violations);
  }
  if (shape.enum !== undefined && !shape.enum.includes(value)) {
    const constraint = `Member must satisfy enum value set: [${shape.enum.join(', ')}]`;
    report(violations, parent, name, 'enum', shown, constraint);
  }
}

function checkLength(
  length: number,
  { min, max }: { readonly min: number | undefined; readonly max: number | undefined },
  shown: string | undefined,
  parent: Place | undefined,
  name: string,
  violations: Violation[],
): void {
  if (min !== undefined && length < min) {
    report(violations, parent, name, 'min-length', shown, atLeast(min));
  }
  if (max !== undefined && length > max) {
    report(violations, parent, name, 'max-length', shown, atMost(max));
  }
}

function checkList(
  shape: ListShape,
  items: readonly unknown[],
  parent: Place | undefined,
  name: string,
  violations: Violation[],
): void {
  const before = violations.length;
  checkLength(items.length, shape, showList(shape.member, items), parent, name, violations);
  // The members of a list that is too long are not looked at one by one.
  if (violations.length > before) return;
  const { member } = shape;
  if (member.type === 'structure') {
    const list: Place = { parent, name };
    for (const [index, item] of items.entries()) {
      checkStructure(member, item as Fields, { parent: list, name: `${index + 1}.member` }, violations);
    }
  } else if (items.some((item) => breaks(member, item))) {
    const constraint = `Member must satisfy constraint: [${memberConstraints(shape, member).join(', ')}]`;
    report(violations, parent, name, 'list-member', showList(member, items), constraint);
  }
}

function checkMap(
  shape: MapShape,
  value: Fields,
  parent: Place | undefined,
  name: string,
  violations: Violation[],
): void {
  const keys = Object.keys(value);
  checkLength(keys.length, shape, undefined, parent, name, violations);
  if (keys.some((key) => breaks(shape.key, key))) {
    const constraint = `Map keys must satisfy constraint: [${constraintsOf(shape.key).join(', ')}]`;
    report(violations, parent, name, 'list-member', undefined, constraint);
  }
  if (Object.values(value).some((item) => breaks(shape.value, item))) {
    const constraint = `Map value must satisfy constraint: [${constraintsOf(shape.value).join(', ')}]`;
    report(violations, parent, name, 'list-member', undefined, constraint);
  }
}

/** True when a value inside a list or map meets not all of its constraints. */
function breaks(shape: Shape, value: unknown): boolean {
  const found: Violation[] = [];
  const member: Member = { name: '', wireName: '', required: false, location: 'body', shape };
  checkMember(member, value, undefined, found);
  return found.length > 0;
}

function constraintsOf(shape: Shape): readonly string[] {
  const constraints: string[] = [];
  if (shape.type === 'string') {
    if (shape.max !== undefined) constraints.push(atMost(shape.max));
    if (shape.min !== undefined) constraints.push(atLeast(shape.min));
    if (shape.pattern !== undefined) constraints.push(mustMatch(shape.pattern));
    if (shape.enum !== undefined)
      constraints.push(`Member must satisfy enum value set: [${shape.enum.join(', ')}]`);
  }
  return constraints;
}

/** IAM's two oldest lists do not say that their members may not be null. */
const listsThatDoNotSayNull: ReadonlySet<string> = new Set(['clientIDListType', 'thumbprintListType']);

function memberConstraints(shape: ListShape, member: Shape): readonly string[] {
  const constraints = constraintsOf(member);
  return listsThatDoNotSayNull.has(shape.name) ? constraints : [...constraints, notNull];
}

function showList(member: Shape, items: readonly unknown[]): string | undefined {
  return member.type === 'string' && !member.sensitive ? `[${items.join(', ')}]` : undefined;
}

const notNull = 'Member must not be null';

/** The constraint of a pattern, in AWS's words. */
export function mustMatch(pattern: string): string {
  return `Member must satisfy regular expression pattern: ${pattern}`;
}

function atLeast(min: number): string {
  return `Member must have length greater than or equal to ${min}`;
}

function atMost(max: number): string {
  return `Member must have length less than or equal to ${max}`;
}

function report(
  violations: Violation[],
  parent: Place | undefined,
  name: string,
  kind: ViolationKind,
  shown: string | undefined,
  constraint: string,
): void {
  violations.push({ path: pathOf({ parent, name }), kind, shown, constraint });
}

function pathOf({ parent, name }: Place): string {
  const own = name.charAt(0).toLowerCase() + name.slice(1);
  return parent === undefined ? own : `${pathOf(parent)}.${own}`;
}
