import { header, type WireRequest } from '#pipeline';

/** Whether the credential scope of a request names S3. Nothing is proven by it: a wrong name meets the check of the signature. */
export function isSignedForS3(request: WireRequest): boolean {
  const scope = /Credential=[^/,\s]+\/[^/,]*\/[^/,]*\/([^/,]*)\//.exec(
    header(request, 'authorization') ?? '',
  );
  const presigned = /[?&]X-Amz-Credential=[^&]*?%2F[^&]*?%2F[^&]*?%2F([^&%]*)%2F/i.exec(request.target);
  return (scope ?? presigned)?.[1] === 's3';
}
