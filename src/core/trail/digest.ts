import { hash, type KeyObject, sign } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { formatBasic, formatIsoSeconds, type Instant } from '#core/time';
import { folder } from './log-file.ts';

/** One delivered log file, as a digest lists it. */
export interface LogFileEntry {
  readonly s3Bucket: string;
  readonly s3Object: string;
  /** SHA-256 of the uncompressed file, hex. */
  readonly hashValue: string;
  readonly oldestEventTime: string;
  readonly newestEventTime: string;
}

/** What the next digest says of the one before it. */
export interface DigestLink {
  readonly bucket: string;
  readonly key: string;
  /** SHA-256 of the uncompressed digest, hex. */
  readonly hashValue: string;
  /** Hex. */
  readonly signature: string;
}

/** What a digest is made of. */
export interface DigestFile {
  readonly account: string;
  readonly region: string;
  readonly trailName: string;
  readonly homeRegion: string;
  readonly bucket: string;
  readonly prefix: string | undefined;
  readonly start: Instant;
  readonly end: Instant;
  readonly publicKeyFingerprint: string;
  /** Undefined at the beginning of a chain. */
  readonly previous: DigestLink | undefined;
  readonly logFiles: readonly LogFileEntry[];
}

/** Where a digest stands in its bucket (CloudTrail User Guide, "CloudTrail digest file structure"). */
export function digestKey(digest: DigestFile): string {
  const { account, region, trailName, homeRegion, end } = digest;
  const name = `${account}_CloudTrail-Digest_${region}_${trailName}_${homeRegion}_${formatBasic(end)}.json.gz`;
  return `${folder(digest, 'CloudTrail-Digest', end)}/${name}`;
}

/** A digest file (CloudTrail User Guide, "CloudTrail digest file structure"): its bytes, and the hash of the text within. */
export function encodeDigest(digest: DigestFile): { readonly body: Uint8Array; readonly hashValue: string } {
  const { previous, logFiles } = digest;
  const oldest = logFiles.map((file) => file.oldestEventTime).sort()[0];
  const newest = logFiles
    .map((file) => file.newestEventTime)
    .sort()
    .at(-1);
  const text = JSON.stringify({
    awsAccountId: digest.account,
    digestStartTime: formatIsoSeconds(digest.start),
    digestEndTime: formatIsoSeconds(digest.end),
    digestS3Bucket: digest.bucket,
    digestS3Object: digestKey(digest),
    digestPublicKeyFingerprint: digest.publicKeyFingerprint,
    digestSignatureAlgorithm: 'SHA256withRSA',
    newestEventTime: newest ?? null,
    oldestEventTime: oldest ?? null,
    previousDigestS3Bucket: previous?.bucket ?? null,
    previousDigestS3Object: previous?.key ?? null,
    previousDigestHashValue: previous?.hashValue ?? null,
    previousDigestHashAlgorithm: previous === undefined ? null : 'SHA-256',
    previousDigestSignature: previous?.signature ?? null,
    logFiles: logFiles.map((file) => ({
      s3Bucket: file.s3Bucket,
      s3Object: file.s3Object,
      hashValue: file.hashValue,
      hashAlgorithm: 'SHA-256',
      newestEventTime: file.newestEventTime,
      oldestEventTime: file.oldestEventTime,
    })),
  });
  return { body: gzipSync(text), hashValue: hash('sha256', text) };
}

/** What the signature of a digest is over (CloudTrail User Guide, "Custom implementations of CloudTrail log file integrity validation"). */
export function signingText(digest: DigestFile, hashValue: string): string {
  const place = `${digest.bucket}/${digestKey(digest)}`;
  return [formatIsoSeconds(digest.end), place, hashValue, digest.previous?.signature ?? 'null'].join('\n');
}

/** The signature of a digest, RSA PKCS #1 v1.5 with SHA-256, hex. The same digest and key give the same signature. */
export function signDigest(digest: DigestFile, hashValue: string, privateKey: KeyObject): string {
  return sign('sha256', Buffer.from(signingText(digest, hashValue)), privateKey).toString('hex');
}

/** What digests call a public key by: the MD5 of its DER form (PKCS #1 RSAPublicKey), hex. A name, not a proof. */
export function fingerprintOf(publicKeyDer: Uint8Array): string {
  return hash('md5', publicKeyDer);
}
