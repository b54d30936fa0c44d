/**
 * Text as AWS counts and escapes it: code points, RFC 3986 percent-encoding.
 * Called by every floor. Holds no protocol: the query and XML forms live in wire/.
 */

/** The number of Unicode code points, which is how AWS measures lengths. */
export function codePointLength(text: string): number {
  let length = text.length;
  for (let index = 0; index < text.length - 1; index++) {
    const high = text.charCodeAt(index);
    if (high >= 0xd800 && high <= 0xdbff) {
      const low = text.charCodeAt(index + 1);
      if (low >= 0xdc00 && low <= 0xdfff) {
        length--;
        index++;
      }
    }
  }
  return length;
}

/** RFC 3986 percent-encoding of everything but unreserved characters; a space is `%20`. */
export function percentEncode(text: string): string {
  // Most texts have nothing to encode, and to look is cheaper than to encode.
  if (/^[A-Za-z0-9._~-]*$/.test(text)) return text;
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/** Orders two strings by UTF-16 code unit, for `Array.sort` without locale. */
export function compareText(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}
