export type JsonObject = Readonly<Record<string, unknown>>;

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** The JSON object in a text or in UTF-8 bytes; undefined when there is none. */
export function parseObject(source: string | Uint8Array): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(typeof source === 'string' ? source : utf8.decode(source));
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function isTextList(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((one) => typeof one === 'string');
}
