export interface CommonFault {
  readonly status: number;
  /** The message when the thrower gives none. */
  readonly text?: string;
  /** How the JSON services spell the code. */
  readonly json?: string;
}

/**
 * Faults any service may answer with, in the query services' spelling (STS and IAM API references, "Common Errors").
 * Codes that a service's model declares are not here: their status is in the model.
 */
const commonFaults = {
  AccessDenied: { status: 403, json: 'AccessDeniedException' },
  ExpiredToken: {
    status: 403,
    text: 'The security token included in the request is expired',
    json: 'ExpiredTokenException',
  },
  IncompleteSignature: { status: 400, json: 'IncompleteSignatureException' },
  InternalFailure: {
    status: 500,
    text: 'The request processing has failed because of an unknown error, exception or failure.',
  },
  InvalidAction: { status: 400, json: 'UnknownOperationException' },
  InvalidClientTokenId: {
    status: 403,
    text: 'The security token included in the request is invalid.',
    json: 'UnrecognizedClientException',
  },
  InvalidParameterValue: { status: 400 },
  MalformedInput: { status: 400, json: 'SerializationException' },
  MalformedQueryString: { status: 400, json: 'SerializationException' },
  MissingAuthenticationToken: {
    status: 403,
    text: 'Request is missing Authentication Token',
    json: 'MissingAuthenticationTokenException',
  },
  OptInRequired: { status: 403 },
  RequestExpired: { status: 400 },
  SerializationException: { status: 400 },
  ServiceUnavailable: {
    status: 503,
    text: 'The request has failed due to a temporary failure of the server.',
    json: 'ServiceUnavailableException',
  },
  SignatureDoesNotMatch: {
    status: 403,
    text: 'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.',
    json: 'InvalidSignatureException',
  },
  Throttling: { status: 400, text: 'Rate exceeded', json: 'ThrottlingException' },
  UnsupportedOperation: { status: 400, json: 'UnsupportedOperationException' },
  ValidationError: { status: 400, json: 'ValidationException' },
} as const satisfies Readonly<Record<string, CommonFault>>;

export type CommonFaultCode = keyof typeof commonFaults;

const byCode: ReadonlyMap<string, CommonFault> = new Map(Object.entries(commonFaults));

/** What the common list says of a code, or undefined when the code is not on it. */
export function commonFault(code: string): CommonFault | undefined {
  return byCode.get(code);
}
