import { escapeXml } from '#core/xml';

/**
 * Codes of S3's errors with their status and, where S3 has one, their usual text
 * (Amazon S3 API Reference, "Error responses"; texts of the live service).
 */
const s3Errors = {
  AccessControlListNotSupported: [400, 'The bucket does not allow ACLs'],
  AccessDenied: [403, 'Access Denied'],
  AuthorizationHeaderMalformed: [400, 'The authorization header that you provided is not valid.'],
  AuthorizationQueryParametersError: [400, 'Error parsing the X-Amz-Credential parameter'],
  BadDigest: [400, 'The Content-MD5 you specified did not match what we received.'],
  BadRequest: [400, 'Bad Request'],
  BucketAlreadyExists: [
    409,
    'The requested bucket name is not available. The bucket namespace is shared by all users of the system. Please select a different name and try again.',
  ],
  BucketAlreadyOwnedByYou: [
    409,
    'Your previous request to create the named bucket succeeded and you already own it.',
  ],
  BucketNotEmpty: [409, 'The bucket you tried to delete is not empty'],
  EntityTooLarge: [400, 'Your proposed upload exceeds the maximum allowed size'],
  EntityTooSmall: [400, 'Your proposed upload is smaller than the minimum allowed size'],
  ExpiredToken: [400, 'The provided token has expired.'],
  IncompleteBody: [
    400,
    'You did not provide the number of bytes specified by the Content-Length HTTP header',
  ],
  InternalError: [500, 'We encountered an internal error. Please try again.'],
  InvalidAccessKeyId: [403, 'The AWS Access Key Id you provided does not exist in our records.'],
  InvalidArgument: [400, 'Invalid Argument'],
  InvalidBucketName: [400, 'The specified bucket is not valid.'],
  InvalidDigest: [400, 'The Content-MD5 you specified was invalid.'],
  InvalidPolicyDocument: [
    400,
    'The content of the form does not meet the conditions specified in the policy document.',
  ],
  InvalidRange: [416, 'The requested range is not satisfiable'],
  InvalidRequest: [400, 'Invalid Request'],
  InvalidTag: [
    400,
    'The tag provided was not a valid tag. This error can occur if the tag did not pass input validation.',
  ],
  InvalidToken: [400, 'The provided token is malformed or otherwise invalid.'],
  InvalidURI: [400, "Couldn't parse the specified URI."],
  KeyTooLongError: [400, 'Your key is too long'],
  MalformedPOSTRequest: [400, 'The body of your POST request is not well-formed multipart/form-data.'],
  MalformedPolicy: [400, "Policies must be valid JSON and the first byte must be '{'"],
  MalformedTrailerError: [
    400,
    'The request contained trailing data that was not well-formed or did not conform to our published schema.',
  ],
  MalformedXML: [
    400,
    'The XML you provided was not well-formed or did not validate against our published schema',
  ],
  MaxMessageLengthExceeded: [400, 'Your request was too big.'],
  MaxPostPreDataLengthExceeded: [400, 'Your POST request fields preceding the upload file were too large.'],
  MethodNotAllowed: [405, 'The specified method is not allowed against this resource.'],
  MissingContentLength: [411, 'You must provide the Content-Length HTTP header.'],
  MissingRequestBodyError: [400, 'Request Body is empty'],
  MissingSecurityHeader: [400, 'Your request was missing a required header'],
  NoSuchBucket: [404, 'The specified bucket does not exist'],
  NoSuchBucketPolicy: [404, 'The bucket policy does not exist'],
  NoSuchKey: [404, 'The specified key does not exist.'],
  NoSuchUpload: [
    404,
    'The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.',
  ],
  NotImplemented: [501, 'A header you provided implies functionality that is not implemented'],
  OperationAborted: [
    409,
    'A conflicting conditional operation is currently in progress against this resource. Please try again.',
  ],
  PreconditionFailed: [412, 'At least one of the pre-conditions you specified did not hold'],
  RequestTimeTooSkewed: [403, 'The difference between the request time and the current time is too large.'],
  RequestTimeout: [
    400,
    'Your socket connection to the server was not read from or written to within the timeout period. Idle connections will be closed.',
  ],
  ServiceUnavailable: [503, 'Reduce your request rate.'],
  SignatureDoesNotMatch: [
    403,
    'The request signature we calculated does not match the signature you provided. Check your key and signing method.',
  ],
  SlowDown: [503, 'Please reduce your request rate.'],
  XAmzContentChecksumMismatch: [
    400,
    'The value specified in the x-amz-checksum header did not match what we received.',
  ],
  XAmzContentSHA256Mismatch: [
    400,
    "The provided 'x-amz-content-sha256' header does not match what was computed.",
  ],
} as const satisfies Readonly<Record<string, readonly [status: number, message: string]>>;

export type S3ErrorCode = keyof typeof s3Errors;

/** The HTTP status of a code. */
export function s3ErrorStatus(code: S3ErrorCode): number {
  return s3Errors[code][0];
}

/** What S3 says with a code when it says nothing more exact. */
export function s3ErrorMessage(code: S3ErrorCode): string {
  return s3Errors[code][1];
}

/** A request that S3 would refuse, or that cannot be decided exactly and is refused for that. Public in all its parts. */
export class S3RequestError extends Error {
  readonly code: S3ErrorCode;
  readonly status: number;
  /** Elements that follow the message in the answer: `ArgumentName`, `StringToSign`, … */
  readonly details: Readonly<Record<string, string>>;

  constructor(
    code: S3ErrorCode,
    message: string = s3ErrorMessage(code),
    details: Readonly<Record<string, string>> = {},
  ) {
    super(message);
    this.name = 'S3RequestError';
    this.code = code;
    this.status = s3ErrorStatus(code);
    this.details = details;
  }
}

/** What an error answer carries. */
export interface S3ErrorAnswer {
  readonly code: string;
  readonly message: string;
  /** Elements of this code alone, in order, between message and resource. */
  readonly details?: Readonly<Record<string, string>>;
  /** The path that was asked for. */
  readonly resource?: string;
  readonly requestId: string;
  readonly hostId: string;
}

/** The XML body of an error answer; its content type is `application/xml` (Amazon S3 API Reference, "REST error responses"). */
export function encodeS3Error(answer: S3ErrorAnswer): string {
  const { code, message, details = {}, resource, requestId, hostId } = answer;
  const elements: readonly (readonly [name: string, text: string])[] = [
    ['Code', code],
    ['Message', message],
    ...Object.entries(details),
    ...(resource === undefined ? [] : [['Resource', resource] as const]),
    ['RequestId', requestId],
    ['HostId', hostId],
  ];
  const inner = elements.map(([name, text]) => `<${name}>${escapeXml(text)}</${name}>`).join('');
  return `<?xml version="1.0" encoding="UTF-8"?>\n<Error>${inner}</Error>`;
}

/** What S3 shows a client whose signature is wrong, so that it can find where the two calculations part. */
export interface SignatureEvidence {
  readonly accessKeyId: string;
  readonly stringToSign: string;
  readonly signatureProvided: string;
  readonly canonicalRequest: string;
}

/** The elements that S3 adds to `SignatureDoesNotMatch`: all of it the client's own, nothing derived from the secret. */
export function signatureDetails(evidence: SignatureEvidence): Readonly<Record<string, string>> {
  return {
    AWSAccessKeyId: evidence.accessKeyId,
    StringToSign: evidence.stringToSign,
    SignatureProvided: evidence.signatureProvided,
    StringToSignBytes: spellBytes(evidence.stringToSign),
    CanonicalRequest: evidence.canonicalRequest,
    CanonicalRequestBytes: spellBytes(evidence.canonicalRequest),
  };
}

/** Bytes as S3 spells them: hex pairs with blanks between. */
function spellBytes(text: string): string {
  return Array.from(new TextEncoder().encode(text), (byte) => byte.toString(16).padStart(2, '0')).join(' ');
}
