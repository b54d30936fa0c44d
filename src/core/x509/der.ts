import { X509Error } from './x509-error.ts';

/** One encoded value: its tag, the whole encoding, and what is in it. */
export interface DerValue {
  readonly tag: number;
  readonly raw: Uint8Array;
  readonly content: Uint8Array;
}

export const tags = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  null: 0x05,
  oid: 0x06,
  enumerated: 0x0a,
  utcTime: 0x17,
  generalizedTime: 0x18,
  sequence: 0x30,
  set: 0x31,
} as const;

/**
 * Reads DER (ITU-T X.690 §10) value by value. What has two encodings is refused: two readers must not see two certificates in the same bytes.
 * Throws X509Error Malformed.
 */
export class DerReader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get isDone(): boolean {
    return this.#at >= this.#bytes.length;
  }

  /** The next value if it has that tag. */
  optional(tag: number): DerValue | undefined {
    return this.#bytes[this.#at] === tag ? this.any() : undefined;
  }

  /** The next value, which must have that tag. */
  value(tag: number): DerValue {
    const value = this.any();
    if (value.tag !== tag) throw malformed('a value of another type');
    return value;
  }

  /** What is in the next value, which must have that tag, to be read. */
  enter(tag: number): DerReader {
    return new DerReader(this.value(tag).content);
  }

  any(): DerValue {
    const start = this.#at;
    const tag = this.#byte();
    if ((tag & 0x1f) === 0x1f) throw malformed('a tag of more than one byte');
    const length = this.#length();
    const from = this.#at;
    if (length > this.#bytes.length - from) throw malformed('a value that is cut off');
    this.#at = from + length;
    return {
      tag,
      raw: this.#bytes.subarray(start, this.#at),
      content: this.#bytes.subarray(from, this.#at),
    };
  }

  /** Checks that nothing follows. */
  end(): void {
    if (!this.isDone) throw malformed('bytes behind the end');
  }

  #byte(): number {
    const byte = this.#bytes[this.#at];
    if (byte === undefined) throw malformed('a value that is cut off');
    this.#at += 1;
    return byte;
  }

  #length(): number {
    const first = this.#byte();
    if (first < 0x80) return first;
    const count = first & 0x7f;
    if (count === 0 || count > 3) throw malformed('a length without end or beyond all measure');
    let length = 0;
    for (let index = 0; index < count; index++) length = length * 256 + this.#byte();
    const least = count === 1 ? 0x80 : 256 ** (count - 1);
    if (length < least) throw malformed('a length that is not the shortest');
    return length;
  }
}

export function malformed(what: string): X509Error {
  return new X509Error('Malformed', `The encoding has ${what}.`);
}

/** The one value that the bytes are. */
export function readOnly(bytes: Uint8Array, tag: number): DerValue {
  const reader = new DerReader(bytes);
  const value = reader.value(tag);
  reader.end();
  return value;
}

/** An object identifier with its dots. */
export function readOid(content: Uint8Array): string {
  const arcs: number[] = [];
  let arc = 0;
  let isOpen = false;
  for (const byte of content) {
    if (!isOpen && byte === 0x80) throw malformed('an object identifier that is not the shortest');
    arc = arc * 128 + (byte & 0x7f);
    if (arc > Number.MAX_SAFE_INTEGER / 128) throw malformed('an object identifier beyond all measure');
    isOpen = (byte & 0x80) !== 0;
    if (isOpen) continue;
    arcs.push(arc);
    arc = 0;
  }
  const [first, ...rest] = arcs;
  if (isOpen || first === undefined) throw malformed('an object identifier that is cut off');
  const root = Math.min(2, Math.floor(first / 40));
  return [root, first - 40 * root, ...rest].join('.');
}

/** A whole number that is not negative, in lower-case hexadecimal of whole bytes, without zeros in front. */
export function readUnsigned(content: Uint8Array): string {
  const [first, second] = content;
  if (first === undefined || first >= 0x80) throw malformed('a number that is negative or none');
  if (first === 0 && second !== undefined && second < 0x80)
    throw malformed('a number that is not the shortest');
  return Buffer.from(first === 0 && second !== undefined ? content.subarray(1) : content).toString('hex');
}

/** A truth value. DER knows one encoding of true. */
export function readBoolean(content: Uint8Array): boolean {
  if (content.length !== 1 || (content[0] !== 0 && content[0] !== 0xff)) throw malformed('no truth value');
  return content[0] === 0xff;
}

/** Bits as bytes; what X.509 signs and what keys are made of is whole bytes. */
export function readBitString(content: Uint8Array): { readonly bytes: Uint8Array; readonly unused: number } {
  const [unused] = content;
  const bytes = content.subarray(1);
  if (unused === undefined || unused > 7 || (bytes.length === 0 && unused > 0)) {
    throw malformed('bits that are none');
  }
  return { bytes, unused };
}

/** A time in milliseconds (RFC 5280 §4.1.2.5): UTC, with seconds, without fractions. */
export function readTime({ tag, content }: DerValue): number {
  const text = Buffer.from(content).toString('latin1');
  const pattern =
    tag === tags.utcTime
      ? /^(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})Z$/
      : tag === tags.generalizedTime
        ? /^(\d{4})(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})Z$/
        : undefined;
  const found = pattern?.exec(text);
  if (found === null || found === undefined) throw malformed('a time that is none');
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = found.slice(1).map(Number);
  const fullYear = tag === tags.generalizedTime ? year : year < 50 ? 2000 + year : 1900 + year;
  const iso = `${String(fullYear).padStart(4, '0')}-${two(month)}-${two(day)}T${two(hour)}:${two(minute)}:${two(second)}.000Z`;
  const instant = Date.parse(iso);
  // What Date.parse would carry over, such as February 30, is no time.
  if (Number.isNaN(instant) || new Date(instant).toISOString() !== iso)
    throw malformed('a time that is none');
  return instant;
}

function two(value: number): string {
  return String(value).padStart(2, '0');
}
