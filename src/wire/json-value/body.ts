import { fault } from '#wire/faults';
import type { Member } from '#wire/model';

const utf8 = new TextDecoder('utf-8', { fatal: true });

/**
 * Reads a body that must be one JSON object; an empty body reads as an empty object, as clients send for operations without input.
 * A name that appears twice keeps its last value, as JSON.parse has it.
 * Throws SerializationException for bytes that are not UTF-8, text that is not JSON, and JSON that is not an object.
 */
export function parseJsonObject(body: Uint8Array): Readonly<Record<string, unknown>> {
  if (body.length === 0) return {};
  let value: unknown;
  try {
    value = JSON.parse(utf8.decode(body));
  } catch {
    throw fault('SerializationException', 'The request body is not valid JSON.');
  }
  if (!isObject(value)) throw fault('SerializationException', 'The request body must be a JSON object.');
  return value;
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Whether a member may stand in the body. */
export function isOfBody({ location }: Member): boolean {
  return location === 'body' || location === 'query-or-body';
}
