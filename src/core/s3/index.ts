/**
 * What an S3 request means: which operation, on which bucket and key, which questions must be allowed for it, what is asked of the store
 * for it, and how a refusal is written. One reading serves decision and fetch, so that no spelling can part them.
 * It verifies no signature, decides nothing, and knows no store. Called by the gateway.
 */
export {
  bodyLimitBytes,
  type DeleteEntry,
  encodeDeleteBody,
  parseS3Body,
  type S3Body,
  type S3BodyFacts,
} from './body.ts';
export type { CopySource } from './copy-source.ts';
export { checkSignedHeaders } from './headers.ts';
export { type S3OperationName, s3OperationNames } from './operations.ts';
export {
  parseS3Request,
  type S3Request,
  type S3RequestOptions,
  type S3WireRequest,
} from './parse-request.ts';
export { parsePostForm } from './post-form.ts';
export {
  copySourceQuestions,
  multiDeleteQuestions,
  type S3ContextValue,
  type S3Facts,
  type S3Question,
  s3Questions,
} from './questions.ts';
export {
  encodeS3Error,
  type S3ErrorAnswer,
  type S3ErrorCode,
  S3RequestError,
  type SignatureEvidence,
  s3ErrorMessage,
  s3ErrorStatus,
  signatureDetails,
} from './s3-error.ts';
export type { EmptySegments } from './target.ts';
export { upstreamHeaders, upstreamTarget } from './upstream.ts';
