/**
 * An ECDSA signature as tokens carry it, r and s side by side (RFC 7518 §3.4), in DER (RFC 3279 §2.2.3). Node verifies that form in two thirds
 * of the time.
 */
export function derOfSignature(signature: Uint8Array): Uint8Array {
  const half = signature.length / 2;
  return derValue(sequence, [
    ...derValue(integer, unsigned(signature.subarray(0, half))),
    ...derValue(integer, unsigned(signature.subarray(half))),
  ]);
}

const sequence = 0x30;
const integer = 0x02;

/** A non-negative number in as few bytes as it takes, the first of them below 0x80. */
function unsigned(bytes: Uint8Array): readonly number[] {
  const first = bytes.findIndex((byte) => byte !== 0);
  if (first < 0) return [0];
  const digits = [...bytes.subarray(first)];
  return (digits[0] ?? 0) < 0x80 ? digits : [0, ...digits];
}

/** A value of at most 255 bytes: those of P-521 have 138. */
function derValue(tag: number, content: readonly number[]): Uint8Array {
  const { length } = content;
  return Uint8Array.from(length < 0x80 ? [tag, length, ...content] : [tag, 0x81, length, ...content]);
}
