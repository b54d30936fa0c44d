import { isRegion } from '#core/regions';
import { checkSignature, deriveSigningKey, hashBody, parseSignature, verifySignature } from '#core/sigv4';
import { signRequests } from '../load/requests.ts';
import type { Row } from '../report.ts';
import { measureCall } from './brevet.ts';

/** Reading, checking and verifying the signature of an AssumeRole request, the signing key at hand. */
export async function measureSignatures(): Promise<readonly Row[]> {
  const caller = { accessKeyId: 'AKIABENCHBENCHBENCHB', secretAccessKey: 'bench+secret/of+no+value' };
  const [sent = ''] = signRequests({ port: 4592, caller, operation: { assumeRoles: 1 } }).map(String);
  const headEnd = sent.indexOf('\r\n\r\n');
  const body = Buffer.from(sent.slice(headEnd + 4));
  const rawHeaders = sent
    .slice(0, headEnd)
    .split('\r\n')
    .slice(1)
    .flatMap((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)]);
  const request = { method: 'POST', target: '/', rawHeaders };
  const { scope, instant } = parseSignature(request);
  const key = deriveSigningKey(caller.secretAccessKey, scope.date, scope.region, scope.service);
  return measureCall('signature verified, signing key cached', () => {
    const signature = parseSignature(request);
    checkSignature(signature, { now: instant, service: 'sts', isRegion });
    verifySignature(signature, key, hashBody(body));
    return signature;
  });
}
