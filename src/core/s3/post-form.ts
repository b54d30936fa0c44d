import { parseXml, XmlError } from '#core/xml';
import { readTagging } from './body.ts';
import { selectHeaders } from './headers.ts';
import { s3Operations } from './operations.ts';
import type { S3Request } from './parse-request.ts';
import { S3RequestError } from './s3-error.ts';
import { encodeTagging } from './tags.ts';
import { checkKey, type EmptySegments } from './target.ts';

/** Fields of a form that are headers of an upload under another name. */
const renamedFields: Readonly<Record<string, string>> = { acl: 'x-amz-acl' };

/**
 * The upload that a browser's form describes, as the PutObject that stores the same: what is decided and what is sent to the store
 * (Amazon S3 API Reference, "POST Object"). `fields` are those before the file, by name as sent, `\${filename}` already filled in.
 * Throws InvalidArgument for a form without key or with one field twice.
 */
export function parsePostForm(
  request: S3Request,
  fields: readonly (readonly [name: string, value: string])[],
  options: { readonly emptySegments?: EmptySegments } = {},
): S3Request {
  const groups = new Map<string, readonly string[]>();
  for (const [name, value] of fields) {
    const lower = name.toLowerCase();
    const field = renamedFields[lower] ?? lower;
    groups.set(field, [...(groups.get(field) ?? []), value]);
  }
  const key = single(groups, 'key');
  if (key === undefined || key === '') {
    throw new S3RequestError(
      'InvalidArgument',
      "Bucket POST must contain a field named 'key'.  If it is specified, please check the order of the fields.",
      { ArgumentName: 'key', ArgumentValue: '' },
    );
  }
  checkKey(key, options.emptySegments ?? 'refuse');
  const headers = new Map(selectHeaders(s3Operations.PutObject.headers, groups, new Map()));
  // A form carries its tags as a document, and no header.
  headers.delete('x-amz-tagging');
  headers.delete('content-length');
  const tagging = single(groups, 'tagging');
  const tags = tagging === undefined ? undefined : parseTaggingField(tagging);
  if (tags !== undefined) headers.set('x-amz-tagging', encodeTagging(tags));
  return {
    ...request,
    operation: 'PutObject',
    method: 'PUT',
    key,
    headers,
    ...(tags === undefined ? {} : { tags }),
  };
}

function parseTaggingField(text: string): ReadonlyMap<string, string> {
  try {
    return readTagging(parseXml(text));
  } catch (error) {
    if (error instanceof XmlError) throw new S3RequestError('MalformedXML');
    throw error;
  }
}

function single(groups: ReadonlyMap<string, readonly string[]>, name: string): string | undefined {
  const values = groups.get(name) ?? [];
  if (values.length > 1) {
    throw new S3RequestError('InvalidArgument', `POST requires exactly one ${name} field.`, {
      ArgumentName: name,
      ArgumentValue: values[0] ?? '',
    });
  }
  return values[0];
}
