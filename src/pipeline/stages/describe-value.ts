import { formatRecordTime, hidden, isHiddenMember, isSecretMember, recordName } from '#core/audit';
import type { Shape, StructureShape } from '#wire/model';

type Fields = Readonly<Record<string, unknown>>;

/**
 * Request parameters or response elements as CloudTrail writes them: members in lowerCamelCase, instants as text, secrets and bytes left
 * out. Null when nothing is left.
 */
export function describeStructure(shape: StructureShape | undefined, value: unknown): Fields | null {
  if (shape === undefined || value === undefined || value === null) return null;
  const described = describeMembers(shape, value as Fields);
  return Object.keys(described).length === 0 ? null : described;
}

function describeMembers(shape: StructureShape, value: Fields): Fields {
  const described: Record<string, unknown> = {};
  for (const { name, recorded, isHidden, shape: memberShape } of recordedMembers(shape)) {
    const member = value[name];
    if (member !== undefined) described[recorded] = isHidden ? hidden : describeValue(memberShape, member);
  }
  return described;
}

/** A member that a record may hold. */
interface RecordedMember {
  readonly name: string;
  /** As records write it. */
  readonly recorded: string;
  readonly isHidden: boolean;
  readonly shape: Shape;
}

/** By shape, of which there are as many as in the service models. */
const known = new WeakMap<StructureShape, readonly RecordedMember[]>();

function recordedMembers(shape: StructureShape): readonly RecordedMember[] {
  let members = known.get(shape);
  if (members === undefined) {
    members = shape.members
      .filter(({ name, shape: { type } }) => type !== 'blob' && !isSecretMember(name))
      .map(({ name, shape: memberShape }) => ({
        name,
        recorded: recordName(name),
        isHidden: isHiddenMember(name),
        shape: memberShape,
      }));
    known.set(shape, members);
  }
  return members;
}

function describeValue(shape: Shape, value: unknown): unknown {
  switch (shape.type) {
    case 'structure':
      return describeMembers(shape, value as Fields);
    case 'list':
      return (value as readonly unknown[]).map((item) => describeValue(shape.member, item));
    case 'map':
      // Made from entries: assigned, a key called __proto__ would not be a member like any other.
      return Object.fromEntries(
        Object.entries(value as Fields).map(([key, item]) => [key, describeValue(shape.value, item)]),
      );
    case 'timestamp':
      return formatRecordTime(value as number);
    case 'blob':
      return hidden;
    default:
      return value;
  }
}
