import { DerReader, type DerValue, malformed, readOid, tags } from './der.ts';

/** One attribute of a distinguished name. */
export interface NameAttribute {
  /** `CN`, or the object identifier where there is no short name. */
  readonly type: string;
  /** Undefined for what is no text. */
  readonly value: string | undefined;
  readonly raw: Uint8Array;
}

/** A distinguished name (RFC 5280 §4.1.2.4). */
export interface DistinguishedName {
  /** The encoding. Names are the same when these are: whoever compares texts can be deceived by spellings. */
  readonly raw: Uint8Array;
  /** In the order of the encoding, those of one set included. */
  readonly attributes: readonly NameAttribute[];
}

const mostAttributes = 64;

/** Short names (RFC 4514 §3, RFC 2985, and what Java and OpenSSL call the rest). */
const shortNames: Readonly<Record<string, string>> = {
  '2.5.4.3': 'CN',
  '2.5.4.4': 'SURNAME',
  '2.5.4.5': 'SERIALNUMBER',
  '2.5.4.6': 'C',
  '2.5.4.7': 'L',
  '2.5.4.8': 'ST',
  '2.5.4.9': 'STREET',
  '2.5.4.10': 'O',
  '2.5.4.11': 'OU',
  '2.5.4.12': 'T',
  '2.5.4.42': 'GIVENNAME',
  '2.5.4.43': 'INITIALS',
  '2.5.4.44': 'GENERATION',
  '2.5.4.46': 'DNQ',
  '2.5.4.65': 'PSEUDONYM',
  '0.9.2342.19200300.100.1.1': 'UID',
  '0.9.2342.19200300.100.1.25': 'DC',
  '1.2.840.113549.1.9.1': 'EMAILADDRESS',
};

const knownNames: ReadonlySet<string> = new Set(Object.values(shortNames));

/** True for a short name of this room, such as `OU`. */
export function isAttributeName(text: string): boolean {
  return knownNames.has(text);
}

/** Throws X509Error Malformed. */
export function readName({ raw, content }: DerValue): DistinguishedName {
  const attributes: NameAttribute[] = [];
  const sets = new DerReader(content);
  while (!sets.isDone) {
    const set = sets.enter(tags.set);
    if (set.isDone) throw malformed('a name with nothing in it');
    while (!set.isDone) {
      const attribute = set.enter(tags.sequence);
      const oid = readOid(attribute.value(tags.oid).content);
      const value = attribute.any();
      attribute.end();
      attributes.push({ type: shortNames[oid] ?? oid, value: readText(value), raw: value.raw });
      if (attributes.length > mostAttributes) throw malformed('a name beyond all measure');
    }
  }
  return { raw, attributes };
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** The text of a string of any of X.509's types. Undefined for one that is none, or that holds what no reader shows. */
export function readText({ tag, content }: DerValue): string | undefined {
  const text = decodeText(tag, content);
  // A name that ends in a NUL for one reader and goes on for another is two names (CVE-2009-2408).
  return text === undefined || /\p{Cc}/u.test(text) ? undefined : text;
}

function decodeText(tag: number, content: Uint8Array): string | undefined {
  switch (tag) {
    case 0x0c:
      try {
        return utf8.decode(content);
      } catch {
        return undefined;
      }
    case 0x12:
    case 0x13:
    case 0x16:
    case 0x1a:
      return content.every((byte) => byte < 0x80) ? Buffer.from(content).toString('latin1') : undefined;
    case 0x1e: {
      const text = content.length % 2 === 0 ? Buffer.from(content).swap16().toString('utf16le') : '';
      return text !== '' && text.isWellFormed() ? text : undefined;
    }
    default:
      return undefined;
  }
}

/** The name as text, most particular first (RFC 4514): `CN=web,OU=shop,C=SE`. */
export function formatName({ attributes }: DistinguishedName): string {
  return attributes
    .map(({ type, value, raw }) =>
      value === undefined || !knownNames.has(type)
        ? `${type}=#${Buffer.from(raw).toString('hex')}`
        : `${type}=${escapeValue(value)}`,
    )
    .reverse()
    .join(',');
}

function escapeValue(value: string): string {
  return value.replaceAll(/[",+;<>\\=]|^[ #]| $/g, (character) => `\\${character}`);
}
