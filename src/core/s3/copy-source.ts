import { percentEncode } from '#core/text';
import { S3RequestError } from './s3-error.ts';
import { checkBucket, checkKey, decodeEscapes, type EmptySegments, encodeKey } from './target.ts';

/** The object that a copy reads. */
export interface CopySource {
  readonly bucket: string;
  readonly key: string;
  readonly versionId?: string;
  /** The header value that means this object and no other to every store. */
  readonly header: string;
}

/**
 * The object that `x-amz-copy-source` names: `[/]bucket/key[?versionId=id]`, path escaped (Amazon S3 API Reference, "CopyObject").
 * Access points are not served. Throws InvalidArgument, or whatever the bucket or key is refused for.
 */
export function parseCopySource(value: string, emptySegments: EmptySegments): CopySource {
  // What follows a raw `?` may only be a version: a store that reads on would otherwise see another key or version than was decided.
  const match = /^([\x20-\x3e\x40-\x5b\x5d-\x7e]+)(?:\?versionId=([A-Za-z0-9._~%+/=-]+))?$/.exec(value);
  if (match === null) throw invalidSource(value);
  const path = decodeEscapes(match[1] ?? '').replace(/^\//, '');
  const slash = path.indexOf('/');
  if (path.startsWith('arn:')) {
    throw new S3RequestError('NotImplemented', 'Copying from an access point is not implemented.');
  }
  if (slash < 0 || slash === path.length - 1) throw invalidSource(value);
  const bucket = path.slice(0, slash);
  const key = path.slice(slash + 1);
  checkBucket(bucket);
  checkKey(key, emptySegments);
  const versionId = match[2] === undefined ? undefined : decodeEscapes(match[2]);
  if (versionId?.includes('\0') === true) throw invalidSource(value);
  const plain = `${bucket}/${encodeKey(key)}`;
  return {
    bucket,
    key,
    ...(versionId === undefined ? {} : { versionId }),
    header: versionId === undefined ? plain : `${plain}?versionId=${percentEncode(versionId)}`,
  };
}

function invalidSource(value: string): S3RequestError {
  return new S3RequestError(
    'InvalidArgument',
    'Copy Source must mention the source bucket and key: sourcebucket/sourcekey',
    { ArgumentName: 'x-amz-copy-source', ArgumentValue: value },
  );
}
