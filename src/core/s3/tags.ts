import { percentEncode } from '#core/text';
import { S3RequestError } from './s3-error.ts';
import { parseQuery } from './target.ts';

const tagLimit = 10;

/** Tags by key, checked. Throws InvalidTag for two of one key, an empty or overlong key, or an overlong value; BadRequest for too many. */
export function checkTags(
  pairs: readonly (readonly [key: string, value: string])[],
  limit = tagLimit,
): ReadonlyMap<string, string> {
  const tags = new Map<string, string>();
  const seen = new Set<string>();
  for (const [key, value] of pairs) {
    // Condition keys have no case: of `Env` and `env`, only one could be decided about.
    if (seen.has(key.toLowerCase())) {
      throw new S3RequestError('InvalidTag', 'Cannot provide multiple Tags with the same key', {
        TagKey: key,
      });
    }
    if (key === '' || key.length > 128) {
      throw new S3RequestError('InvalidTag', 'The TagKey you have provided is invalid', { TagKey: key });
    }
    if (value.length > 256) {
      throw new S3RequestError('InvalidTag', 'The TagValue you have provided is invalid', {
        TagKey: key,
        TagValue: value,
      });
    }
    seen.add(key.toLowerCase());
    tags.set(key, value);
  }
  if (tags.size > limit) {
    throw new S3RequestError('BadRequest', `Object tags cannot be greater than ${limit}`);
  }
  return tags;
}

/** The tags of an `x-amz-tagging` header, which has the form of a query string (Amazon S3 API Reference, "PutObject"). */
export function parseTagging(header: string): ReadonlyMap<string, string> {
  let pairs: ReadonlyMap<string, string>;
  try {
    pairs = parseQuery(header);
  } catch {
    throw new S3RequestError(
      'InvalidArgument',
      "The header 'x-amz-tagging' shall be encoded as UTF-8 then URLEncoded URL query parameters without tag name duplicates.",
      { ArgumentName: 'x-amz-tagging', ArgumentValue: header },
    );
  }
  return checkTags([...pairs]);
}

/** The header value that means these tags to every store. */
export function encodeTagging(tags: ReadonlyMap<string, string>): string {
  return [...tags].map(([key, value]) => `${percentEncode(key)}=${percentEncode(value)}`).join('&');
}
