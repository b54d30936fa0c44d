/** An address range: the bytes of its first address and how many leading bits count. */
export interface IpRange {
  readonly bytes: readonly number[];
  readonly bits: number;
}

/** The 4 or 16 bytes of an address, or undefined when the text is none. */
export function parseIp(text: string): readonly number[] | undefined {
  return text.includes(':') ? parseIpv6(text) : parseIpv4(text);
}

/** A CIDR range or a single address (RFC 4632, RFC 4291), or undefined when the text is neither. */
export function parseIpRange(text: string): IpRange | undefined {
  const slash = text.indexOf('/');
  const bytes = parseIp(slash < 0 ? text : text.slice(0, slash));
  if (bytes === undefined) return undefined;
  if (slash < 0) return { bytes, bits: bytes.length * 8 };
  const length = text.slice(slash + 1);
  const bits = /^\d{1,3}$/.test(length) ? Number(length) : Number.NaN;
  return bits <= bytes.length * 8 ? { bytes, bits } : undefined;
}

/** Addresses of one family never lie in a range of the other. */
export function isInRange({ bytes, bits }: IpRange, address: readonly number[]): boolean {
  if (bytes.length !== address.length) return false;
  for (let index = 0; index * 8 < bits; index++) {
    const counted = Math.min(8, bits - index * 8);
    const mask = (0xff << (8 - counted)) & 0xff;
    if (((bytes[index] ?? 0) & mask) !== ((address[index] ?? 0) & mask)) return false;
  }
  return true;
}

function parseIpv4(text: string): readonly number[] | undefined {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text);
  const bytes = match?.slice(1).map(Number);
  return bytes?.every((byte) => byte <= 255) === true ? bytes : undefined;
}

function parseIpv6(text: string): readonly number[] | undefined {
  // An address of IPv4 may only end one of IPv6.
  if (text.includes('.') && text.indexOf('.') < text.lastIndexOf(':')) return undefined;
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const [head, tail] = halves.map(parseGroups);
  if (head === undefined) return undefined;
  if (halves.length === 1) return head.length === 16 ? head : undefined;
  if (tail === undefined || head.length + tail.length > 14) return undefined;
  return [...head, ...new Array<number>(16 - head.length - tail.length).fill(0), ...tail];
}

function parseGroups(text: string): readonly number[] | undefined {
  if (text === '') return [];
  const bytes: number[] = [];
  for (const group of text.split(':')) {
    const embedded = parseIpv4(group);
    if (embedded !== undefined) bytes.push(...embedded);
    else if (/^[0-9A-Fa-f]{1,4}$/.test(group)) {
      const value = Number.parseInt(group, 16);
      bytes.push(value >> 8, value & 0xff);
    } else return undefined;
  }
  return bytes;
}
