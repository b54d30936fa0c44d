import { escapeXml, parseXml, type XmlElement, XmlError } from '#core/xml';
import type { S3OperationName } from './operations.ts';
import type { S3Request } from './parse-request.ts';
import { S3RequestError } from './s3-error.ts';
import { checkTags } from './tags.ts';
import { checkKey, type EmptySegments } from './target.ts';

/** One object that a multi-object delete names. */
export interface DeleteEntry {
  readonly key: string;
  readonly versionId?: string;
  readonly eTag?: string;
  readonly lastModifiedTime?: string;
  readonly size?: string;
}

/** What a body says that is decided about. */
export type S3BodyFacts =
  | { readonly kind: 'delete'; readonly isQuiet: boolean; readonly entries: readonly DeleteEntry[] }
  | { readonly kind: 'tagging'; readonly tags: ReadonlyMap<string, string> }
  | { readonly kind: 'retention'; readonly mode?: string; readonly retainUntilDate?: string }
  | { readonly kind: 'legal-hold'; readonly status: string }
  | {
      readonly kind: 'create-bucket';
      readonly locationConstraint?: string;
      readonly tags: ReadonlyMap<string, string>;
    }
  | { readonly kind: 'inventory'; readonly optionalFields: readonly string[] }
  | { readonly kind: 'replication'; readonly role: string }
  | { readonly kind: 'restore' };

/** A body that was read before the request is decided. */
export type S3Body = S3BodyFacts & {
  /** The same document written anew: what goes on to the store, so that it cannot read another one. */
  readonly xml: string;
};

type Kind = S3BodyFacts['kind'];

const namespace = 'http://s3.amazonaws.com/doc/2006-03-01/';
const entryLimit = 1000;
const smallBodyBytes = 65_536;
/** A thousand keys of 1024 bytes, some of them escaped, and versions. */
const deleteBodyBytes = 8 * 1_048_576;

const kinds: Partial<Readonly<Record<S3OperationName, Kind>>> = {
  CreateBucket: 'create-bucket',
  DeleteObjects: 'delete',
  PutBucketInventoryConfiguration: 'inventory',
  PutBucketReplication: 'replication',
  PutObjectLegalHold: 'legal-hold',
  PutObjectRetention: 'retention',
  PutObjectTagging: 'tagging',
  RestoreObject: 'restore',
};

/** What the body of an operation says that is decided about; undefined when it is not looked into. */
export function bodyKind(operation: S3OperationName): Kind | undefined {
  return kinds[operation];
}

/** How many bytes of body to read, at most, before this request can be decided; undefined when its body is not looked into. */
export function bodyLimitBytes(request: S3Request): number | undefined {
  const kind = kinds[request.operation];
  return kind === undefined ? undefined : kind === 'delete' ? deleteBodyBytes : smallBodyBytes;
}

/**
 * Reads the body of a request that `bodyLimitBytes` gives a limit for. Every element must be one that S3 documents and come no more often
 * than it may. Throws S3RequestError: MalformedXML, MaxMessageLengthExceeded, NotImplemented, or what a key or tag is refused for.
 */
export function parseS3Body(
  request: S3Request,
  bytes: Uint8Array,
  options: { readonly emptySegments?: EmptySegments } = {},
): S3Body {
  const kind = kinds[request.operation];
  const limit = bodyLimitBytes(request);
  if (kind === undefined || limit === undefined) {
    throw new Error(`the body of ${request.operation} is not looked into`);
  }
  if (bytes.length > limit) throw new S3RequestError('MaxMessageLengthExceeded');
  if (bytes.length === 0) {
    if (kind === 'create-bucket') return { kind, tags: new Map(), xml: '' };
    throw new S3RequestError('MissingRequestBodyError');
  }
  const root = readRoot(bytes);
  return { ...readFacts(kind, root, options.emptySegments ?? 'refuse'), xml: encodeDocument(root) };
}

/** The body of a multi-object delete of these entries: those that may be deleted, of those that a client named. */
export function encodeDeleteBody(entries: readonly DeleteEntry[], isQuiet: boolean): string {
  const element = (name: string, text: string | undefined): string =>
    text === undefined ? '' : `<${name}>${escapeXml(text)}</${name}>`;
  const objects = entries.map(
    ({ key, versionId, eTag, lastModifiedTime, size }) =>
      `<Object>${element('Key', key)}${element('VersionId', versionId)}${element('ETag', eTag)}${element(
        'LastModifiedTime',
        lastModifiedTime,
      )}${element('Size', size)}</Object>`,
  );
  return `<Delete xmlns="${namespace}">${objects.join('')}${isQuiet ? '<Quiet>true</Quiet>' : ''}</Delete>`;
}

function readRoot(bytes: Uint8Array): XmlElement {
  try {
    return parseXml(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (error) {
    if (error instanceof XmlError || error instanceof TypeError) throw malformed();
    throw error;
  }
}

function readFacts(kind: Kind, root: XmlElement, emptySegments: EmptySegments): S3BodyFacts {
  switch (kind) {
    case 'delete':
      return readDelete(root, emptySegments);
    case 'tagging':
      return { kind, tags: readTagging(root) };
    case 'retention': {
      const parts = fields(root, 'Retention', ['Mode', 'RetainUntilDate']);
      const [mode, retainUntilDate] = [optional(parts, 'Mode'), optional(parts, 'RetainUntilDate')];
      return {
        kind,
        ...(mode === undefined ? {} : { mode: leaf(mode) }),
        ...(retainUntilDate === undefined ? {} : { retainUntilDate: leaf(retainUntilDate) }),
      };
    }
    case 'legal-hold':
      return { kind, status: leaf(one(fields(root, 'LegalHold', ['Status']), 'Status')) };
    case 'create-bucket':
      return readCreateBucket(root);
    case 'inventory': {
      if (root.name !== 'InventoryConfiguration') throw malformed();
      const [list, ...more] = root.children.filter(({ name }) => name === 'OptionalFields');
      if (more.length > 0) throw malformed();
      const optionalFields =
        list === undefined ? [] : many(fields(list, 'OptionalFields', ['Field']), 'Field');
      return { kind, optionalFields: optionalFields.map(leaf) };
    }
    case 'replication':
      return { kind, role: leaf(one(fields(root, 'ReplicationConfiguration', ['Role', 'Rule']), 'Role')) };
    case 'restore': {
      // A restore of the deprecated select type writes its result into a bucket of the client's choice.
      fields(root, 'RestoreRequest', ['Days', 'GlacierJobParameters', 'Tier', 'Description']);
      return { kind };
    }
  }
}

/** The tags of a `Tagging` document. */
export function readTagging(root: XmlElement): ReadonlyMap<string, string> {
  return readTags(one(fields(root, 'Tagging', ['TagSet']), 'TagSet'), 'TagSet');
}

function readDelete(root: XmlElement, emptySegments: EmptySegments): S3BodyFacts {
  const parts = fields(root, 'Delete', ['Object', 'Quiet']);
  const objects = many(parts, 'Object');
  const quiet = optional(parts, 'Quiet');
  if (objects.length === 0 || objects.length > entryLimit) throw malformed();
  const isQuiet = quiet !== undefined && readBoolean(leaf(quiet));
  const entries = objects.map((object): DeleteEntry => {
    const inner = fields(object, 'Object', ['Key', 'VersionId', 'ETag', 'LastModifiedTime', 'Size']);
    const text = (name: string): string | undefined => {
      const element = optional(inner, name);
      return element === undefined ? undefined : leaf(element);
    };
    const key = leaf(one(inner, 'Key'));
    checkKey(key, emptySegments);
    const [versionId, eTag, lastModifiedTime, size] = ['VersionId', 'ETag', 'LastModifiedTime', 'Size'].map(
      text,
    );
    if (versionId === '') throw malformed();
    return {
      key,
      ...(versionId === undefined ? {} : { versionId }),
      ...(eTag === undefined ? {} : { eTag }),
      ...(lastModifiedTime === undefined ? {} : { lastModifiedTime }),
      ...(size === undefined ? {} : { size }),
    };
  });
  return { kind: 'delete', isQuiet, entries };
}

function readBoolean(text: string): boolean {
  if (text === 'true' || text === 'false') return text === 'true';
  throw malformed();
}

function readCreateBucket(root: XmlElement): S3BodyFacts {
  const known = ['LocationConstraint', 'Location', 'Bucket', 'Tags'];
  const parts = fields(root, 'CreateBucketConfiguration', known);
  if (optional(parts, 'Location') !== undefined || optional(parts, 'Bucket') !== undefined) {
    throw new S3RequestError('NotImplemented', 'Directory buckets are not implemented.');
  }
  const constraint = optional(parts, 'LocationConstraint');
  const tags = optional(parts, 'Tags');
  return {
    kind: 'create-bucket',
    ...(constraint === undefined ? {} : { locationConstraint: leaf(constraint) }),
    tags: tags === undefined ? new Map() : readTags(tags, 'Tags', 50),
  };
}

function readTags(list: XmlElement, name: string, limit?: number): ReadonlyMap<string, string> {
  const pairs = many(fields(list, name, ['Tag']), 'Tag').map((tag) => {
    const parts = fields(tag, 'Tag', ['Key', 'Value']);
    return [leaf(one(parts, 'Key')), leaf(one(parts, 'Value'))] as const;
  });
  return checkTags(pairs, limit);
}

type Fields = ReadonlyMap<string, readonly XmlElement[]>;

/** The children by name of an element that must have this name and no other children. */
function fields(element: XmlElement, name: string, known: readonly string[]): Fields {
  if (element.name !== name || element.text.trim() !== '') throw malformed();
  const found = new Map<string, XmlElement[]>(known.map((child) => [child, []]));
  for (const child of element.children) {
    const same = found.get(child.name);
    if (same === undefined) throw malformed();
    same.push(child);
  }
  return found;
}

function many(parts: Fields, name: string): readonly XmlElement[] {
  return parts.get(name) ?? [];
}

/** Of two elements, stores would take one or the other. */
function optional(parts: Fields, name: string): XmlElement | undefined {
  const found = many(parts, name);
  if (found.length > 1) throw malformed();
  return found[0];
}

function one(parts: Fields, name: string): XmlElement {
  const found = optional(parts, name);
  if (found === undefined) throw malformed();
  return found;
}

function leaf(element: XmlElement): string {
  if (element.children.length > 0) throw malformed();
  return element.text;
}

function encodeDocument(root: XmlElement): string {
  const encode = ({ name, text, children }: XmlElement, attributes = ''): string =>
    `<${name}${attributes}>${children.length === 0 ? escapeXml(text) : children.map((child) => encode(child)).join('')}</${name}>`;
  return encode(root, ` xmlns="${namespace}"`);
}

function malformed(): S3RequestError {
  return new S3RequestError('MalformedXML');
}
