/**
 * A verifier of trails after the rules that AWS publishes for one ("Custom implementations of CloudTrail log file integrity validation"),
 * written against the objects of a bucket and the keys that ListPublicKeys gives. It shares no code with what it verifies.
 */
import { createHash, createPublicKey, verify } from 'node:crypto';
import { gunzipSync } from 'node:zlib';

export interface StoredObject {
  readonly body: Uint8Array;
  readonly metadata: Readonly<Record<string, string>>;
}

/** The objects of one bucket by key. */
export type StoredObjects = ReadonlyMap<string, StoredObject>;

export interface PublicKey {
  readonly Value?: Uint8Array | undefined;
  readonly Fingerprint?: string | undefined;
}

/** What a bucket turned out to hold. */
export interface Verified {
  /** One line for each thing wrong, the key first. */
  readonly problems: readonly string[];
  readonly digests: number;
  /** Digests that no other one follows from: beginnings of chains. */
  readonly beginnings: number;
  /** The names of the events of all log files that digests list, oldest digest first. */
  readonly events: readonly string[];
}

interface Digest {
  readonly digestStartTime: string;
  readonly digestEndTime: string;
  readonly digestS3Bucket: string;
  readonly digestS3Object: string;
  readonly digestPublicKeyFingerprint: string;
  readonly previousDigestS3Object: string | null;
  readonly previousDigestHashValue: string | null;
  readonly previousDigestSignature: string | null;
  readonly logFiles: readonly { readonly s3Object: string; readonly hashValue: string }[];
}

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** Verifies every digest of a Region and every log file that the digests list; then every log file must be listed by one. */
export function verifyTrail(bucket: string, objects: StoredObjects, keys: readonly PublicKey[]): Verified {
  const problems: string[] = [];
  const events: string[] = [];
  const listed = new Set<string>();
  let beginnings = 0;
  const digestKeys = [...objects.keys()].filter((key) => key.includes('/CloudTrail-Digest/')).sort();
  for (const key of digestKeys) {
    const object = objects.get(key);
    const text = object && unpack(object.body);
    if (object === undefined || text === undefined) {
      problems.push(`${key}: invalid format`);
      continue;
    }
    const digest = JSON.parse(text.toString()) as Digest;
    if (digest.digestS3Bucket !== bucket || digest.digestS3Object !== key) problems.push(`${key}: moved`);
    if (!hasGoodSignature(digest, text, object, keys)) problems.push(`${key}: signature`);
    const { previousDigestS3Object: previousKey } = digest;
    if (previousKey === null) beginnings += 1;
    else {
      const previous = objects.get(previousKey);
      const previousText = previous && unpack(previous.body);
      if (previousText === undefined) problems.push(`${previousKey}: missing`);
      else if (sha256(previousText) !== digest.previousDigestHashValue)
        problems.push(`${previousKey}: previous hash`);
      if (previous !== undefined && previous.metadata.signature !== digest.previousDigestSignature)
        problems.push(`${previousKey}: previous signature`);
    }
    for (const { s3Object, hashValue } of digest.logFiles) {
      if (listed.has(s3Object)) problems.push(`${s3Object}: listed twice`);
      listed.add(s3Object);
      const logFile = objects.get(s3Object);
      const log = logFile && unpack(logFile.body);
      if (log === undefined) problems.push(`${s3Object}: missing`);
      else if (sha256(log) !== hashValue) problems.push(`${s3Object}: hash`);
      else events.push(...namesOf(log));
    }
  }
  for (const key of objects.keys()) {
    if (key.includes('/CloudTrail/') && !listed.has(key)) problems.push(`${key}: in no digest`);
  }
  return { problems, digests: digestKeys.length, beginnings, events };
}

function hasGoodSignature(
  digest: Digest,
  text: Uint8Array,
  { metadata }: StoredObject,
  keys: readonly PublicKey[],
): boolean {
  const der = keys.find(({ Fingerprint }) => Fingerprint === digest.digestPublicKeyFingerprint)?.Value;
  if (der === undefined || metadata['signature-algorithm'] !== 'SHA256withRSA') return false;
  const publicKey = createPublicKey({ key: Buffer.from(der), format: 'der', type: 'pkcs1' });
  const signed = [
    digest.digestEndTime,
    `${digest.digestS3Bucket}/${digest.digestS3Object}`,
    sha256(text),
    digest.previousDigestSignature ?? 'null',
  ].join('\n');
  return verify('sha256', Buffer.from(signed), publicKey, Buffer.from(metadata.signature ?? '', 'hex'));
}

function unpack(body: Uint8Array): Buffer | undefined {
  try {
    return gunzipSync(body);
  } catch {
    return undefined;
  }
}

/** The names of the events of a log file. */
export function namesOf(log: Uint8Array): readonly string[] {
  const { Records: records } = JSON.parse(Buffer.from(log).toString()) as {
    readonly Records: readonly { readonly eventName: string }[];
  };
  return records.map(({ eventName }) => eventName);
}
