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
  },
  shapes: {
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
      },
    },
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
}

/** The operations, each with the types of its input and output. */
export const brevetOperations = {
  GetSigningKey: operation<GetSigningKeyRequest, GetSigningKeyResponse>('GetSigningKey'),
  GetChanges: operation<GetChangesRequest, GetChangesResponse>('GetChanges'),
} as const;

export type BrevetOperationName = keyof typeof brevetOperations;
export type BrevetErrorCode = 'CallerRefusedException';
