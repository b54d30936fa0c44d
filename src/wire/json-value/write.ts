const escapes: Readonly<Record<string, string>> = { '<': '\\u003c', '>': '\\u003e', '&': '\\u0026' };

/**
 * JSON text without `<`, `>` and `&`, which stand escaped in its strings. Values come from whoever calls, and some readers of an answer
 * look for XML in whatever they get (CVE-2020-16250): here they find none.
 */
export function writeJson(value: unknown): string {
  return JSON.stringify(value).replace(/[<>&]/g, (character) => escapes[character] ?? character);
}
