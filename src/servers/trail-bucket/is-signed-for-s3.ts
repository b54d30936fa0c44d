import { namedService } from '#core/sigv4';
import { header, type WireRequest } from '#pipeline';

/** Whether the credential scope of a request names S3. Nothing is proven by it: a wrong name meets the check of the signature. */
export function isSignedForS3(request: WireRequest): boolean {
  const query = request.target.slice(request.target.indexOf('?') + 1);
  return namedService(header(request, 'authorization'), query) === 's3';
}
