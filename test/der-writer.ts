/** Writes DER (ITU-T X.690), as far as tests need certificates and lists of their own, good and bad. */

export function der(tag: number, ...parts: readonly Uint8Array[]): Buffer {
  const body = Buffer.concat(parts);
  const length =
    body.length < 128
      ? Buffer.of(body.length)
      : body.length < 256
        ? Buffer.of(0x81, body.length)
        : body.length < 65_536
          ? Buffer.of(0x82, body.length >> 8, body.length & 255)
          : Buffer.of(0x83, body.length >> 16, (body.length >> 8) & 255, body.length & 255);
  return Buffer.concat([Buffer.of(tag), length, body]);
}

export function sequence(...parts: readonly Uint8Array[]): Buffer {
  return der(0x30, ...parts);
}

/** A whole number from the bytes it is to have. */
export function integer(bytes: Uint8Array): Buffer {
  return der(0x02, bytes);
}

/** An object identifier with its dots. */
export function oid(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  const bytes = [first * 40 + second, ...rest].flatMap((arc) => {
    const groups = [arc & 127];
    for (let left = Math.floor(arc / 128); left > 0; left = Math.floor(left / 128))
      groups.unshift((left & 127) | 128);
    return groups;
  });
  return der(0x06, Buffer.from(bytes));
}

/** An object identifier, its encoded arcs in hexadecimal. */
export function identifier(hex: string): Buffer {
  return der(0x06, Buffer.from(hex, 'hex'));
}

/** A GeneralizedTime. */
export function time(instant: number): Buffer {
  const digits = new Date(instant).toISOString().replaceAll(/[-:T]|\.\d+/g, '');
  return der(0x18, Buffer.from(digits));
}
