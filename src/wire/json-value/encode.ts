import type { Shape, StructureShape, TimestampShape } from '#wire/model';
import { isOfBody } from './body.ts';

type Fields = Readonly<Record<string, unknown>>;

/**
 * A value as JSON.stringify is to write it: timestamps as epoch seconds (or as their shape says), blobs as base64,
 * members that are undefined left out, members that are not of the body left out.
 */
export function toJsonValue(shape: Shape, value: unknown): unknown {
  switch (shape.type) {
    case 'structure':
      return structureToJson(shape, value as Fields);
    case 'list':
      return (value as readonly unknown[]).map((item) => toJsonValue(shape.member, item));
    case 'map':
      return Object.fromEntries(
        Object.entries(value as Fields).map(([key, item]) => [key, toJsonValue(shape.value, item)]),
      );
    case 'timestamp':
      return timestampToJson(shape, value as number);
    case 'blob':
      return Buffer.from(value as Uint8Array).toString('base64');
    default:
      return value;
  }
}

function structureToJson(shape: StructureShape, value: Fields): Fields {
  const json: Record<string, unknown> = {};
  for (const member of shape.members) {
    const item = value[member.name];
    if (item !== undefined && isOfBody(member)) json[member.wireName] = toJsonValue(member.shape, item);
  }
  return json;
}

function timestampToJson(shape: TimestampShape, instant: number): number | string {
  return shape.format === 'iso8601' ? new Date(instant).toISOString() : instant / 1000;
}
