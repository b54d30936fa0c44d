import { parseIso } from '#core/time';
import { fault } from '#wire/faults';
import type { Shape, StructureShape } from '#wire/model';
import { isObject, isOfBody } from './body.ts';

/** How deep a document may nest. AWS's deepest input needs eight. */
const maxDepth = 32;

/**
 * A value of the shape from JSON. Members that the shape does not have, and null ones, are left out.
 * Throws SerializationException where the JSON has another type than the shape.
 */
export function fromJsonValue(shape: Shape, json: unknown, path = '', depth = 0): unknown {
  if (depth > maxDepth) throw fault('SerializationException', 'The request body is nested too deeply.');
  switch (shape.type) {
    case 'structure':
      if (!isObject(json)) throw mismatch(path, 'an object');
      return structureFromJson(shape, json, path, depth);
    case 'list':
      if (!Array.isArray(json)) throw mismatch(path, 'a list');
      return json.map((item, index) => fromJsonValue(shape.member, item, `${path}[${index}]`, depth + 1));
    case 'map':
      if (!isObject(json)) throw mismatch(path, 'an object');
      return Object.fromEntries(
        Object.entries(json).map(([key, item]) => [key, fromJsonValue(shape.value, item, path, depth + 1)]),
      );
    case 'string':
      if (typeof json !== 'string') throw mismatch(path, 'a string');
      return json;
    case 'boolean':
      if (typeof json !== 'boolean') throw mismatch(path, 'a boolean');
      return json;
    case 'integer':
      if (!Number.isInteger(json) || json !== (Number(json) | 0)) throw mismatch(path, 'a 32-bit integer');
      return json;
    case 'long':
      if (!Number.isSafeInteger(json)) throw mismatch(path, 'an integer');
      return json;
    case 'float':
    case 'double':
      if (typeof json !== 'number') throw mismatch(path, 'a number');
      return json;
    case 'timestamp':
      return timestampFromJson(json, path);
    case 'blob':
      return blobFromJson(json, path);
  }
}

function structureFromJson(
  shape: StructureShape,
  json: Readonly<Record<string, unknown>>,
  path: string,
  depth: number,
): Readonly<Record<string, unknown>> {
  const value: Record<string, unknown> = {};
  for (const member of shape.members) {
    const item = Object.hasOwn(json, member.wireName) ? json[member.wireName] : undefined;
    if (item === undefined || item === null || !isOfBody(member)) continue;
    const memberPath = path === '' ? member.wireName : `${path}.${member.wireName}`;
    value[member.name] = fromJsonValue(member.shape, item, memberPath, depth + 1);
  }
  return value;
}

function timestampFromJson(json: unknown, path: string): number {
  const instant =
    typeof json === 'number'
      ? Math.round(json * 1000)
      : typeof json === 'string'
        ? parseIso(json)
        : undefined;
  // The widest instant that JavaScript's dates can hold.
  if (instant === undefined || Math.abs(instant) > 8.64e15) throw mismatch(path, 'a timestamp');
  return instant;
}

function blobFromJson(json: unknown, path: string): Uint8Array {
  if (typeof json !== 'string') throw mismatch(path, 'base64 text');
  const bytes = Buffer.from(json, 'base64');
  if (bytes.toString('base64') !== json) throw mismatch(path, 'base64 text');
  return new Uint8Array(bytes);
}

/** The value itself is not repeated: it may be a secret in the wrong place. */
function mismatch(path: string, expected: string): Error {
  return fault(
    'SerializationException',
    path === '' ? `Expected ${expected}.` : `${path} must be ${expected}.`,
  );
}
