import assert from 'node:assert/strict';
import { test } from 'node:test';
import { namedService } from './named-service.ts';

const header = 'AWS4-HMAC-SHA256 Credential=AKIA/20260102/us-east-1/iam/aws4_request, SignedHeaders=host';
const presigned = 'Action=A&X-Amz-Credential=AKIA%2F20260102%2Fus-east-1%2Fs3%2Faws4_request&X-Amz-Date=d';

test('the service is the fourth part of a credential, of the header before the query', () => {
  assert.equal(namedService(header, ''), 'iam');
  assert.equal(namedService(undefined, presigned), 's3');
  assert.equal(namedService(undefined, presigned.toLowerCase()), 's3');
  assert.equal(namedService(header, presigned), 'iam');
});

test('what is no whole credential names no service', () => {
  for (const query of ['', 'X-Amz-Credential=a%2Fb%2Fc%2Fs3', 'Y-X-Amz-Credential=a%2Fb%2Fc%2Fs3%2Fe'])
    assert.equal(namedService('Credential=a/b/c/s3', query), undefined);
});

test('a credential made to be parted in every way takes no longer than any other', () => {
  const startedAt = performance.now();
  namedService('Credential='.repeat(1400), `X-Amz-Credential=${'%2F%20'.repeat(2600)}`);
  const ms = performance.now() - startedAt;
  assert.ok(ms < 500, `took ${Math.round(ms)} ms`);
});
