import { parseArn } from '#core/arn';
import { type Instant, parseIso } from '#core/time';
import { operationActions } from './actions.ts';
import { bodyKind, type DeleteEntry, type S3BodyFacts } from './body.ts';
import { s3ActionKeys } from './generated/operations.ts';
import { s3Operations } from './operations.ts';
import type { S3Request } from './parse-request.ts';
import { S3RequestError } from './s3-error.ts';

export type S3ContextValue = string | readonly string[];

/** One question that must be allowed. */
export interface S3Question {
  /** `s3:GetObject` */
  readonly action: string;
  readonly resource: string;
  /** The account that owns the bucket; left out where the caller's own is meant. */
  readonly resourceAccount?: string;
  /** Condition keys of S3, lower-cased: those that AWS documents for the action and that the request answers. */
  readonly context: ReadonlyMap<string, S3ContextValue>;
}

/** What the request alone does not tell. */
export interface S3Facts {
  /** Owner of the bucket; for CreateBucket, the account that will own it; not needed for ListBuckets. */
  readonly ownerAccount?: string;
  /** Owner of the bucket that a copy reads; that of the request's own bucket when left out. */
  readonly copySourceOwnerAccount?: string;
  readonly now: Instant;
  /** Left out for an unsigned request. */
  readonly authType?: 'REST-HEADER' | 'REST-QUERY-STRING' | 'POST';
  readonly signatureVersion?: string;
  /** When the request says it was signed. */
  readonly signedAt?: Instant;
  /** `x-amz-content-sha256` as the signature is over it. */
  readonly contentSha256?: string;
  /** `1.3`, behind TLS. */
  readonly tlsVersion?: string;
  /** The tags that the object has, where they are known. */
  readonly existingObjectTags?: ReadonlyMap<string, string>;
  /** The tags that the source of a copy has, where they are known. */
  readonly copySourceTags?: ReadonlyMap<string, string>;
  /** What the body says: needed whenever `bodyLimitBytes` gives a limit. */
  readonly body?: S3BodyFacts;
}

type Target = 'service' | 'bucket' | 'object';

/**
 * What must be allowed for a request, all of it: the operation's own action, what its headers ask beside it, and the reading of a copy's
 * source (Service Authorization Reference, "Actions, resources, and condition keys for Amazon S3").
 * Throws S3RequestError NotImplemented for an operation without a mapping.
 */
export function s3Questions(request: S3Request, facts: S3Facts): readonly S3Question[] {
  const mapped = operationActions[request.operation];
  if (typeof mapped === 'object' && 'refused' in mapped) {
    throw new S3RequestError('NotImplemented', mapped.refused);
  }
  const kind = bodyKind(request.operation);
  if (kind !== undefined && facts.body?.kind !== kind) {
    throw new Error(`${request.operation} cannot be decided before its body is read`);
  }
  checkOwners(request, facts);
  const { place } = s3Operations[request.operation];
  const target: Target = place === 'bucket' || place === 'object' ? place : 'service';
  const own = typeof mapped === 'string' ? mapped : request.query.has('versionId') ? mapped[1] : mapped[0];
  const context = describeRequest(request, facts);
  const asked = [own, ...actionsBeside(request, facts)].map((action) =>
    question(action, target, request, facts, context),
  );
  return [...asked, ...passedRole(facts), ...copySourceQuestions(request, facts)];
}

/** What must be allowed for each entry of a multi-object delete, entry by entry. */
export function multiDeleteQuestions(
  request: S3Request,
  entries: readonly DeleteEntry[],
  facts: S3Facts,
): readonly { readonly entry: DeleteEntry; readonly questions: readonly S3Question[] }[] {
  return entries.map((entry) => {
    const { key, versionId, eTag } = entry;
    const query = new Map(versionId === undefined ? [] : [['versionId', versionId]]);
    const headers = new Map(request.headers);
    if (eTag !== undefined) headers.set('if-match', eTag);
    const one: S3Request = { ...request, operation: 'DeleteObject', method: 'DELETE', key, query, headers };
    return { entry, questions: s3Questions(one, facts) };
  });
}

/** What must be allowed to read the source of a copy; nothing for a request that copies nothing. */
export function copySourceQuestions(request: S3Request, facts: S3Facts): readonly S3Question[] {
  const { copySource } = request;
  if (copySource === undefined) return [];
  const { bucket, key, versionId } = copySource;
  const { copySourceTags, copySourceOwnerAccount = facts.ownerAccount } = facts;
  const context = new Map([
    ...describeSignature(facts),
    ...(copySourceOwnerAccount === undefined
      ? []
      : [['s3:resourceaccount', copySourceOwnerAccount] as const]),
    ...(versionId === undefined ? [] : [['s3:versionid', versionId] as const]),
    ...describeTags('s3:existingobjecttag/', copySourceTags),
  ]);
  const source: Pick<S3Request, 'bucket' | 'key'> = { bucket, key };
  const owner = copySourceOwnerAccount === undefined ? {} : { ownerAccount: copySourceOwnerAccount };
  const version = versionId === undefined ? '' : 'Version';
  const actions = [
    `GetObject${version}`,
    ...(copiesTags(request, facts) ? [`GetObject${version}Tagging`] : []),
  ];
  return actions.map((action) => question(action, 'object', source, owner, context));
}

/** A client may say who it believes the owners are. The store knows no owners, so it is never asked. Throws AccessDenied. */
function checkOwners(
  { headers }: S3Request,
  { ownerAccount, copySourceOwnerAccount = ownerAccount }: S3Facts,
): void {
  const expected = headers.get('x-amz-expected-bucket-owner') ?? ownerAccount;
  const expectedOfSource = headers.get('x-amz-source-expected-bucket-owner') ?? copySourceOwnerAccount;
  if (expected !== ownerAccount || expectedOfSource !== copySourceOwnerAccount) {
    throw new S3RequestError('AccessDenied');
  }
}

/** Whether tags known to be on the source go over to the copy. */
function copiesTags(request: S3Request, { copySourceTags }: S3Facts): boolean {
  return (
    request.operation === 'CopyObject' &&
    copySourceTags !== undefined &&
    copySourceTags.size > 0 &&
    request.headers.get('x-amz-tagging-directive')?.toUpperCase() !== 'REPLACE'
  );
}

/** The actions that a request asks beside its operation's own. */
function actionsBeside(request: S3Request, facts: S3Facts): readonly string[] {
  const { operation, headers } = request;
  const isVersion = request.query.has('versionId');
  const bypasses = (headers.get('x-amz-bypass-governance-retention') ?? 'false').toLowerCase() !== 'false';
  switch (operation) {
    case 'PutObject':
    case 'CopyObject':
    case 'CreateMultipartUpload':
      return [
        ...(headers.has('x-amz-tagging') || copiesTags(request, facts) ? ['PutObjectTagging'] : []),
        ...(givesAccess(headers) ? ['PutObjectAcl'] : []),
        ...(headers.has('x-amz-object-lock-mode') || headers.has('x-amz-object-lock-retain-until-date')
          ? ['PutObjectRetention']
          : []),
        ...(headers.has('x-amz-object-lock-legal-hold') ? ['PutObjectLegalHold'] : []),
      ];
    case 'CreateBucket':
      return [
        ...(givesAccess(headers) ? ['PutBucketAcl'] : []),
        ...((headers.get('x-amz-bucket-object-lock-enabled') ?? 'false').toLowerCase() === 'false'
          ? []
          : ['PutBucketObjectLockConfiguration', 'PutBucketVersioning']),
        ...(headers.has('x-amz-object-ownership') ? ['PutBucketOwnershipControls'] : []),
        ...(facts.body?.kind === 'create-bucket' && facts.body.tags.size > 0 ? ['TagResource'] : []),
      ];
    case 'DeleteObject':
    case 'PutObjectRetention':
      return bypasses ? ['BypassGovernanceRetention'] : [];
    case 'GetObjectAttributes':
      return [isVersion ? 'GetObjectVersion' : 'GetObject'];
    default:
      return [];
  }
}

/**
 * Whether headers set an ACL that gives somebody access. `bucket-owner-full-control` gives it to the owner of the bucket alone; AWS's own
 * bucket policies for deliveries rely on its asking nothing but the upload.
 */
function givesAccess(headers: ReadonlyMap<string, string>): boolean {
  const acl = headers.get('x-amz-acl');
  return (
    (acl !== undefined && acl !== 'bucket-owner-full-control') ||
    [...headers.keys()].some((name) => name.startsWith('x-amz-grant-'))
  );
}

/** S3 is handed the role that a replication names: whoever names it must be allowed to pass it. */
function passedRole({ body }: S3Facts): readonly S3Question[] {
  if (body?.kind !== 'replication') return [];
  const arn = parseArn(body.role);
  if (arn?.service !== 'iam' || !arn.resource.startsWith('role/')) throw new S3RequestError('MalformedXML');
  return [
    {
      action: 'iam:PassRole',
      resource: body.role,
      resourceAccount: arn.account,
      context: new Map([['iam:passedtoservice', 's3.amazonaws.com']]),
    },
  ];
}

function question(
  action: string,
  target: Target,
  { bucket = '', key = '' }: Pick<S3Request, 'bucket' | 'key'>,
  { ownerAccount }: Pick<S3Facts, 'ownerAccount'>,
  context: ReadonlyMap<string, S3ContextValue>,
): S3Question {
  const resource = target === 'service' ? '*' : target === 'bucket' ? bucket : `${bucket}/${key}`;
  if (target !== 'service' && ownerAccount === undefined) {
    throw new Error('a question about a bucket needs its owner');
  }
  return {
    action: `s3:${action}`,
    resource: `arn:aws:s3:::${resource}`,
    ...(target === 'service' || ownerAccount === undefined ? {} : { resourceAccount: ownerAccount }),
    context: selectKeys(action, context),
  };
}

/** Of all that is known, the keys that the action has. */
function selectKeys(
  action: string,
  context: ReadonlyMap<string, S3ContextValue>,
): ReadonlyMap<string, S3ContextValue> {
  const keys = s3ActionKeys[action] ?? [];
  const has = (name: string): boolean =>
    keys.some((key) => (key.endsWith('/*') ? name.startsWith(key.slice(0, -1)) : key === name));
  return new Map([...context].filter(([name]) => has(name)));
}

type Entries = readonly (readonly [key: string, value: S3ContextValue])[];

/** Every condition key that the request answers, whatever the action. */
function describeRequest(request: S3Request, facts: S3Facts): ReadonlyMap<string, S3ContextValue> {
  const { headers, query } = request;
  const fromQuery: Entries = (
    [
      ['s3:prefix', 'prefix'],
      ['s3:delimiter', 'delimiter'],
      ['s3:max-keys', 'max-keys'],
      ['s3:versionid', 'versionId'],
    ] as const
  ).flatMap(([key, name]) => {
    const value = query.get(name);
    return value === undefined ? [] : [[key, value] as const];
  });
  const fromHeaders: Entries = [...headers].flatMap(([name, value]) => {
    if (name === 'if-match' || name === 'if-none-match') return [[`s3:${name}`, value] as const];
    if (name === 'x-amz-copy-source') return [[`s3:${name}`, describeSource(request)] as const];
    if (name === 'x-amz-object-lock-legal-hold') return [['s3:object-lock-legal-hold', value] as const];
    return name.startsWith('x-amz-') && !name.startsWith('x-amz-meta-')
      ? [[`s3:${name}`, value] as const]
      : [];
  });
  return new Map([
    ...describeSignature(facts),
    ...(facts.ownerAccount === undefined ? [] : [['s3:resourceaccount', facts.ownerAccount] as const]),
    ...fromQuery,
    ...fromHeaders,
    ...describeRetention(
      headers.get('x-amz-object-lock-mode'),
      headers.get('x-amz-object-lock-retain-until-date'),
      facts.now,
    ),
    ...describeTags('s3:existingobjecttag/', facts.existingObjectTags),
    ...describeRequestTags(request.tags ?? (copiesTags(request, facts) ? facts.copySourceTags : undefined)),
    ...(createsObject(request) === undefined
      ? []
      : [['s3:objectcreationoperation', String(createsObject(request))] as const]),
    ...(facts.body === undefined ? [] : describeBody(facts.body, facts.now)),
  ]);
}

function describeSignature(facts: S3Facts): Entries {
  const { authType, signatureVersion, signedAt, now, contentSha256, tlsVersion } = facts;
  const entries: readonly (readonly [key: string, value: string | undefined])[] = [
    ['s3:authtype', authType],
    ['s3:signatureversion', signatureVersion],
    ['s3:signatureage', signedAt === undefined ? undefined : String(now - signedAt)],
    ['s3:x-amz-content-sha256', contentSha256],
    ['s3:tlsversion', tlsVersion],
  ];
  return entries.flatMap(([key, value]) => (value === undefined ? [] : [[key, value] as const]));
}

/** The source as policies write it, `bucket/key` unescaped, however the client wrote it. */
function describeSource({ copySource }: S3Request): string {
  if (copySource === undefined) return '';
  const { bucket, key, versionId } = copySource;
  return `${bucket}/${key}${versionId === undefined ? '' : `?versionId=${versionId}`}`;
}

/** Whether the request makes an object at once (true) or is a step towards one (false). */
function createsObject({ operation }: S3Request): boolean | undefined {
  switch (operation) {
    case 'PutObject':
    case 'CopyObject':
    case 'CompleteMultipartUpload':
      return true;
    case 'CreateMultipartUpload':
    case 'UploadPart':
    case 'UploadPartCopy':
      return false;
    default:
      return undefined;
  }
}

function describeTags(prefix: string, tags: ReadonlyMap<string, string> | undefined): Entries {
  return [...(tags ?? [])].map(([key, value]) => [`${prefix}${key.toLowerCase()}`, value] as const);
}

function describeRequestTags(tags: ReadonlyMap<string, string> | undefined): Entries {
  if (tags === undefined) return [];
  return [...describeTags('s3:requestobjecttag/', tags), ['s3:requestobjecttagkeys', [...tags.keys()]]];
}

function describeRetention(mode: string | undefined, until: string | undefined, now: Instant): Entries {
  const instant = until === undefined ? undefined : parseIso(until);
  if (until !== undefined && instant === undefined) {
    throw new S3RequestError('InvalidArgument', 'The retain until date must be provided in ISO 8601 format', {
      ArgumentName: 'x-amz-object-lock-retain-until-date',
      ArgumentValue: until,
    });
  }
  return [
    ...(mode === undefined ? [] : [['s3:object-lock-mode', mode] as const]),
    ...(until === undefined ? [] : [['s3:object-lock-retain-until-date', until] as const]),
    ...(instant === undefined
      ? []
      : [
          [
            's3:object-lock-remaining-retention-days',
            String(Math.ceil((instant - now) / 86_400_000)),
          ] as const,
        ]),
  ];
}

function describeBody(body: S3BodyFacts, now: Instant): Entries {
  switch (body.kind) {
    case 'tagging':
      return describeRequestTags(body.tags);
    case 'retention':
      return describeRetention(body.mode, body.retainUntilDate, now);
    case 'legal-hold':
      return [['s3:object-lock-legal-hold', body.status]];
    case 'create-bucket':
      return [
        ...(body.locationConstraint === undefined
          ? []
          : [['s3:locationconstraint', body.locationConstraint] as const]),
        ...(body.tags.size === 0
          ? []
          : [...describeTags('aws:requesttag/', body.tags), ['aws:tagkeys', [...body.tags.keys()]] as const]),
      ];
    case 'inventory':
      return [['s3:inventoryaccessibleoptionalfields', body.optionalFields]];
    case 'delete':
    case 'replication':
    case 'restore':
      return [];
  }
}
