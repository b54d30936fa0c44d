import { type KeyObject, X509Certificate } from 'node:crypto';

const smallestKeyBits = 1024;
/** What a signature costs to verify grows with the key and its exponent, and anybody may have signatures verified. */
const largestKeyBits = 8192;
const largestExponent = 0xffff_ffffn;

/**
 * The RSA key of a certificate (DER, base64). Undefined for what is no certificate, has another or a weaker key, or has an extension twice.
 * Neither its dates nor its issuer are looked at: that it stands in the metadata is what makes it trusted.
 */
export function certificateKey(text: string): KeyObject | undefined {
  const compact = text.replaceAll(/[ \t\r\n]/g, '');
  const bytes = Buffer.from(compact, 'base64');
  if (bytes.toString('base64') !== compact) return undefined;
  let key: KeyObject;
  try {
    key = new X509Certificate(bytes).publicKey;
  } catch {
    return undefined;
  }
  return isUsableKey(key) && !repeatsExtension(bytes) ? key : undefined;
}

function isUsableKey(key: KeyObject): boolean {
  const { modulusLength = 0, publicExponent = 0n } = key.asymmetricKeyDetails ?? {};
  return (
    key.asymmetricKeyType === 'rsa' &&
    modulusLength >= smallestKeyBits &&
    modulusLength <= largestKeyBits &&
    publicExponent <= largestExponent
  );
}

interface Value {
  readonly tag: number;
  readonly content: Buffer;
}

/** The values that stand one behind the other in bytes that OpenSSL has read as a certificate already (X.690 §8.1). */
function valuesIn(bytes: Buffer): readonly Value[] {
  const values: Value[] = [];
  let at = 0;
  while (at + 1 < bytes.length) {
    const tag = bytes[at] ?? 0;
    const first = bytes[at + 1] ?? 0;
    const lengthBytes = first < 0x80 ? 0 : first & 0x7f;
    const start = at + 2 + lengthBytes;
    if (lengthBytes > 4 || start > bytes.length) return values;
    const length = lengthBytes === 0 ? first : bytes.readUIntBE(at + 2, lengthBytes);
    values.push({ tag, content: bytes.subarray(start, start + length) });
    at = start + length;
  }
  return values;
}

const extensionsTag = 0xa3;

/** RFC 5280 §4.2: a certificate must not have an extension more than once. */
function repeatsExtension(certificate: Buffer): boolean {
  const [outer] = valuesIn(certificate);
  const [signed] = valuesIn(outer?.content ?? Buffer.of());
  const tagged = valuesIn(signed?.content ?? Buffer.of()).find(({ tag }) => tag === extensionsTag);
  const [list] = valuesIn(tagged?.content ?? Buffer.of());
  const names = valuesIn(list?.content ?? Buffer.of()).map(
    ({ content }) => valuesIn(content)[0]?.content.toString('hex') ?? '',
  );
  return new Set(names).size < names.length;
}
