import { createHash, createPublicKey, type KeyObject, sign } from 'node:crypto';
import {
  BitString,
  Constructed,
  fromBER,
  GeneralizedTime,
  Integer,
  Null,
  ObjectIdentifier,
  OctetString,
  Sequence,
  Set as SetOf,
  UTCTime,
  Utf8String,
} from 'asn1js';
import type { Instant } from '#core/time';

type Node = Sequence | SetOf | Constructed | ObjectIdentifier | Integer | Null | OctetString;

const oids = {
  sha256: '2.16.840.1.101.3.4.2.1',
  rsaEncryption: '1.2.840.113549.1.1.1',
  sha256WithRsa: '1.2.840.113549.1.1.11',
  commonName: '2.5.4.3',
  data: '1.2.840.113549.1.7.1',
  signedData: '1.2.840.113549.1.7.2',
  contentType: '1.2.840.113549.1.9.3',
  messageDigest: '1.2.840.113549.1.9.4',
  signingTime: '1.2.840.113549.1.9.5',
} as const;

const commonName = 'Brevet instance identity';
const notBefore = new Date(Date.UTC(2026, 0, 1));
/** No end that is known (RFC 5280 §4.1.2.5). */
const notAfter = new Date(Date.UTC(9999, 11, 31, 23, 59, 59));
const serialBytes = 16;

/**
 * The certificate of a key by its own hand (RFC 5280 §4.1), in DER. It follows from the key alone, so that every process and every start has the
 * same one; it certifies nothing but that the key is what the messages name.
 */
export function selfSignedCertificate(privateKey: KeyObject): Buffer {
  const publicKey = createPublicKey(privateKey).export({ type: 'spki', format: 'der' });
  const content = sequence(
    serialNumber(publicKey),
    algorithm(oids.sha256WithRsa),
    name(),
    sequence(new UTCTime({ valueDate: notBefore }), new GeneralizedTime({ valueDate: notAfter })),
    name(),
    fromBER(publicKey).result,
  );
  const signature = sign('sha256', der(content), privateKey);
  return der(sequence(content, algorithm(oids.sha256WithRsa), new BitString({ valueHex: signature })));
}

/**
 * A text with its RSA signature around it, as PKCS #7 (RFC 5652 §5), in DER. The certificate is not within: who verifies has it from elsewhere, as
 * of AWS's.
 */
export function signedMessage(text: string, at: Instant, privateKey: KeyObject): Buffer {
  const content = Buffer.from(text);
  const attributes: readonly Node[] = [
    attribute(oids.contentType, new ObjectIdentifier({ value: oids.data })),
    attribute(oids.signingTime, new UTCTime({ valueDate: new Date(at) })),
    attribute(
      oids.messageDigest,
      new OctetString({ valueHex: createHash('sha256').update(content).digest() }),
    ),
  ];
  // INVARIANT: attributes stand in the order of their encodings, as DER wants of a set: what is signed is the set, not its place in the message.
  const signature = sign('sha256', der(new SetOf({ value: [...attributes] })), privateKey);
  const publicKey = createPublicKey(privateKey).export({ type: 'spki', format: 'der' });
  const signer = sequence(
    new Integer({ value: 1 }),
    sequence(name(), serialNumber(publicKey)),
    algorithm(oids.sha256),
    tagged(...attributes),
    algorithm(oids.rsaEncryption),
    new OctetString({ valueHex: signature }),
  );
  const signedData = sequence(
    new Integer({ value: 1 }),
    new SetOf({ value: [algorithm(oids.sha256)] }),
    sequence(new ObjectIdentifier({ value: oids.data }), tagged(new OctetString({ valueHex: content }))),
    new SetOf({ value: [signer] }),
  );
  return der(sequence(new ObjectIdentifier({ value: oids.signedData }), tagged(signedData)));
}

/** DER in base64, in lines of 64 characters without armour, as the metadata of AWS show it. */
export function base64Lines(bytes: Buffer): string {
  return (bytes.toString('base64').match(/.{1,64}/g) ?? []).join('\n');
}

function attribute(type: string, value: ObjectIdentifier | UTCTime | OctetString): Sequence {
  return sequence(new ObjectIdentifier({ value: type }), new SetOf({ value: [value] }));
}

function algorithm(oid: string): Sequence {
  return sequence(new ObjectIdentifier({ value: oid }), new Null());
}

/** Issuer and subject alike. */
function name(): Sequence {
  const part = sequence(
    new ObjectIdentifier({ value: oids.commonName }),
    new Utf8String({ value: commonName }),
  );
  return sequence(new SetOf({ value: [part] }));
}

/** Positive, and another one for another key. */
function serialNumber(publicKey: Uint8Array): Integer {
  const bytes = createHash('sha256').update(publicKey).digest().subarray(0, serialBytes);
  bytes[0] = ((bytes[0] ?? 0) & 0x3f) | 0x40;
  return new Integer({ valueHex: bytes });
}

function tagged(...value: readonly Node[]): Constructed {
  return new Constructed({ idBlock: { tagClass: 3, tagNumber: 0 }, value: [...value] });
}

function sequence(
  ...value: NonNullable<ConstructorParameters<typeof Sequence>[0]>['value'] & object
): Sequence {
  return new Sequence({ value });
}

function der(node: { toBER(): ArrayBuffer }): Buffer {
  return Buffer.from(node.toBER());
}
