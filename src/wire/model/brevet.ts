import { linkService, type ServiceTable } from './link.ts';

/**
 * Brevet's own service, for what AWS keeps within itself: what a resource needs to verify callers and to decide without asking each time.
 * AWS JSON 1.1, written by hand in the form of the generated tables.
 */
const table: ServiceTable = {
  service: 'brevet',
  protocol: 'json',
  apiVersion: '2026-11-24',
  serviceId: 'Brevet',
  signingName: 'brevet',
  targetPrefix: 'Brevet_20261124',
  jsonVersion: '1.1',
  operations: {
    AssumeRoleForInstance: {
      http: { method: 'POST', uri: '/' },
      input: 'AssumeRoleForInstanceRequest',
      output: 'AssumeRoleForInstanceResponse',
      errors: ['InstanceNotFoundException', 'InstanceRefusedException'],
    },
    GetSigningKey: {
      http: { method: 'POST', uri: '/' },
      input: 'GetSigningKeyRequest',
      output: 'GetSigningKeyResponse',
      errors: ['CallerRefusedException'],
    },
    GetChanges: {
      http: { method: 'POST', uri: '/' },
      input: 'GetChangesRequest',
      output: 'GetChangesResponse',
      errors: [],
    },
    GetBucket: {
      http: { method: 'POST', uri: '/' },
      input: 'OwnedBucketRequest',
      output: 'GetBucketResponse',
      errors: [],
    },
    CreateBucket: {
      http: { method: 'POST', uri: '/' },
      input: 'OwnedBucketRequest',
      output: 'Nothing',
      errors: ['BucketAlreadyExistsException', 'BucketNotFoundException'],
    },
    DeleteBucket: {
      http: { method: 'POST', uri: '/' },
      input: 'OwnedBucketRequest',
      output: 'Nothing',
      errors: ['BucketNotFoundException'],
    },
    PutBucketPolicy: {
      http: { method: 'POST', uri: '/' },
      input: 'PutBucketPolicyRequest',
      output: 'Nothing',
      errors: ['BucketNotFoundException', 'MalformedPolicyDocument'],
    },
    DeleteBucketPolicy: {
      http: { method: 'POST', uri: '/' },
      input: 'OwnedBucketRequest',
      output: 'Nothing',
      errors: ['BucketNotFoundException'],
    },
  },
  shapes: {
    AssumeRoleForInstanceRequest: {
      type: 'structure',
      required: ['InstanceId'],
      members: { InstanceId: 'InstanceId', RoleDelivery: 'RoleDelivery' },
    },
    AssumeRoleForInstanceResponse: {
      type: 'structure',
      members: {
        Credentials: 'Credentials',
        AssumedRoleUser: 'AssumedRoleUser',
        InstanceProfile: 'InstanceProfile',
        Instance: 'Instance',
      },
    },
    Credentials: {
      type: 'structure',
      members: {
        AccessKeyId: 'AccessKeyId',
        SecretAccessKey: 'SecretAccessKey',
        SessionToken: 'SessionToken',
        Expiration: 'Instant',
      },
    },
    AssumedRoleUser: { type: 'structure', members: { AssumedRoleId: 'Text', Arn: 'Text' } },
    InstanceProfile: { type: 'structure', members: { Arn: 'Text', Id: 'Text' } },
    Instance: {
      type: 'structure',
      members: {
        AccountId: 'AccountId',
        Region: 'Text',
        AvailabilityZone: 'Text',
        InstanceType: 'Text',
        ImageId: 'Text',
        Architecture: 'Text',
        PrivateIp: 'Text',
        Hostname: 'Text',
      },
    },
    InstanceNotFoundException: {
      type: 'structure',
      members: { message: 'Text' },
      exception: true,
      error: { code: 'InstanceNotFoundException', httpStatusCode: 404 },
    },
    InstanceRefusedException: {
      type: 'structure',
      members: { message: 'Text' },
      exception: true,
      error: { code: 'InstanceRefusedException', httpStatusCode: 400 },
    },
    GetSigningKeyRequest: {
      type: 'structure',
      required: ['AccessKeyId', 'Date', 'Region', 'Service'],
      members: {
        AccessKeyId: 'AccessKeyId',
        SessionToken: 'SessionToken',
        Date: 'ScopeDate',
        Region: 'ScopePart',
        Service: 'ScopePart',
      },
    },
    GetSigningKeyResponse: {
      type: 'structure',
      members: { SigningKey: 'SigningKey', Caller: 'Text', Sequence: 'Sequence' },
    },
    CallerRefusedException: {
      type: 'structure',
      members: { message: 'Text', Reason: 'Text' },
      exception: true,
      error: { code: 'CallerRefusedException', httpStatusCode: 400 },
    },
    GetChangesRequest: {
      type: 'structure',
      required: ['After'],
      members: { After: 'Sequence', WaitSeconds: 'WaitSeconds' },
    },
    GetChangesResponse: {
      type: 'structure',
      members: {
        Sequence: 'Sequence',
        Everything: 'Boolean',
        Principals: 'TextList',
        AccessKeys: 'TextList',
        Buckets: 'TextList',
      },
    },
    OwnedBucketRequest: {
      type: 'structure',
      required: ['Bucket', 'Account'],
      members: { Bucket: 'BucketName', Account: 'AccountId', OnBehalfOf: 'Text' },
    },
    PutBucketPolicyRequest: {
      type: 'structure',
      required: ['Bucket', 'Account', 'Policy'],
      members: { Bucket: 'BucketName', Account: 'AccountId', OnBehalfOf: 'Text', Policy: 'Text' },
    },
    GetBucketResponse: { type: 'structure', members: { Description: 'Text', Sequence: 'Sequence' } },
    Nothing: { type: 'structure', members: {} },
    BucketAlreadyExistsException: {
      type: 'structure',
      members: { message: 'Text' },
      exception: true,
      error: { code: 'BucketAlreadyExistsException', httpStatusCode: 409 },
    },
    BucketNotFoundException: {
      type: 'structure',
      members: { message: 'Text' },
      exception: true,
      error: { code: 'BucketNotFoundException', httpStatusCode: 404 },
    },
    MalformedPolicyDocument: {
      type: 'structure',
      members: { message: 'Text' },
      exception: true,
      error: { code: 'MalformedPolicyDocument', httpStatusCode: 400 },
    },
    InstanceId: { type: 'string', pattern: 'i-([0-9a-f]{8}|[0-9a-f]{17})' },
    RoleDelivery: { type: 'string', enum: ['1.0', '2.0'] },
    SecretAccessKey: { type: 'string', sensitive: true },
    Instant: { type: 'timestamp' },
    BucketName: { type: 'string', min: 3, max: 63, pattern: '[a-z0-9][a-z0-9.-]+' },
    AccountId: { type: 'string', pattern: '[0-9]{12}' },
    AccessKeyId: { type: 'string', min: 16, max: 128, pattern: '[\\w]*' },
    SessionToken: { type: 'string', min: 1, max: 4096, sensitive: true },
    ScopeDate: { type: 'string', pattern: '[0-9]{8}' },
    ScopePart: { type: 'string', min: 1, max: 64, pattern: '[a-z0-9-]+' },
    SigningKey: { type: 'blob', sensitive: true },
    Sequence: { type: 'long', min: 0 },
    WaitSeconds: { type: 'integer', min: 0, max: 5 },
    Boolean: { type: 'boolean' },
    Text: { type: 'string' },
    TextList: { type: 'list', member: 'Text' },
  },
};

const { model, operation } = linkService(table);

export const brevetModel = model;

export interface AssumeRoleForInstanceRequest {
  readonly InstanceId: string;
  /** How the credentials will be handed out on the instance; `2.0`, with session tokens, unless given. */
  readonly RoleDelivery?: '1.0' | '2.0' | undefined;
}

export interface AssumeRoleForInstanceResponse {
  /** `Expiration` in milliseconds since the Unix epoch, as in every model. */
  readonly Credentials: {
    readonly AccessKeyId: string;
    readonly SecretAccessKey: string;
    readonly SessionToken: string;
    readonly Expiration: number;
  };
  readonly AssumedRoleUser: { readonly AssumedRoleId: string; readonly Arn: string };
  readonly InstanceProfile: { readonly Arn: string; readonly Id: string };
  readonly Instance: {
    readonly AccountId: string;
    readonly Region: string;
    readonly AvailabilityZone: string;
    readonly InstanceType: string;
    readonly ImageId: string;
    readonly Architecture: string;
    readonly PrivateIp: string;
    readonly Hostname: string;
  };
}

export interface GetSigningKeyRequest {
  readonly AccessKeyId: string;
  readonly SessionToken?: string | undefined;
  /** `yyyymmdd`, as in a credential scope. */
  readonly Date: string;
  readonly Region: string;
  readonly Service: string;
}

export interface GetSigningKeyResponse {
  /** 32 bytes: the HMAC key of that day, Region and service (AWS General Reference, "Signature Version 4 signing process"). */
  readonly SigningKey: Uint8Array;
  /** The description of the caller, as services/operation encodes it. */
  readonly Caller: string;
  /** The place in the order of changes that the answer knows of. */
  readonly Sequence: number;
}

export interface GetChangesRequest {
  readonly After: number;
  /** How long to wait for a change before answering that there is none; 0 unless given. */
  readonly WaitSeconds?: number | undefined;
}

export interface GetChangesResponse {
  readonly Sequence: number;
  /** True when anything may have changed: nothing that was learnt before holds. */
  readonly Everything: boolean;
  /** Unique ids of the users and roles, and ids of the accounts, of which something changed. */
  readonly Principals: readonly string[];
  /** Ids of access keys, temporary ones too, that were made, ended or changed. */
  readonly AccessKeys: readonly string[];
  /** Names of buckets of the gateways that got another owner or policy. */
  readonly Buckets: readonly string[];
}

/** A bucket, and the account that owns it or, of one that no gateway made, its store. */
export interface OwnedBucketRequest {
  readonly Bucket: string;
  readonly Account: string;
  /** The ARN of the caller for whom a gateway asks, for the record. */
  readonly OnBehalfOf?: string | undefined;
}

export interface PutBucketPolicyRequest extends OwnedBucketRequest {
  readonly Policy: string;
}

export interface GetBucketResponse {
  /** The description of the bucket, as services/brevet encodes it. */
  readonly Description: string;
  readonly Sequence: number;
}

/** The operations, each with the types of its input and output. */
export const brevetOperations = {
  AssumeRoleForInstance: operation<AssumeRoleForInstanceRequest, AssumeRoleForInstanceResponse>(
    'AssumeRoleForInstance',
  ),
  GetSigningKey: operation<GetSigningKeyRequest, GetSigningKeyResponse>('GetSigningKey'),
  GetChanges: operation<GetChangesRequest, GetChangesResponse>('GetChanges'),
  GetBucket: operation<OwnedBucketRequest, GetBucketResponse>('GetBucket'),
  CreateBucket: operation<OwnedBucketRequest, object>('CreateBucket'),
  DeleteBucket: operation<OwnedBucketRequest, object>('DeleteBucket'),
  PutBucketPolicy: operation<PutBucketPolicyRequest, object>('PutBucketPolicy'),
  DeleteBucketPolicy: operation<OwnedBucketRequest, object>('DeleteBucketPolicy'),
} as const;

export type BrevetOperationName = keyof typeof brevetOperations;
export type BrevetErrorCode =
  | 'CallerRefusedException'
  | 'InstanceNotFoundException'
  | 'InstanceRefusedException'
  | 'BucketAlreadyExistsException'
  | 'BucketNotFoundException'
  | 'MalformedPolicyDocument';
