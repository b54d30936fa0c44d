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
  for (const { name, shape: memberShape } of shape.members) {
    const member = value[name];
    if (member === undefined || memberShape.type === 'blob' || isSecretMember(name)) continue;
    described[recordName(name)] = isHiddenMember(name) ? hidden : describeValue(memberShape, member);
  }
  return described;
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
