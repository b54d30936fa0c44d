/** boto3 through the gateway: its transfer manager, which uploads and downloads in parts and threads, presigned URLs and forms. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import process from 'node:process';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { type StartedGateway, startGateway } from '../gateway-fixture.ts';
import type { Credentials } from '../started-service.ts';

let gateway: StartedGateway;

before(async () => {
  gateway = await startGateway();
});
after(() => gateway.stop());

/** Runs one function of the script; gives what it prints, a JSON value. */
function python(name: string, { accessKeyId, secretAccessKey }: Credentials): Promise<unknown> {
  const script = fileURLToPath(new URL('./boto3-s3.py', import.meta.url));
  const env = {
    PATH: process.env.PATH,
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    AWS_DEFAULT_REGION: 'us-east-1',
    AWS_ENDPOINT_URL_S3: gateway.endpoint,
    AWS_MAX_ATTEMPTS: '1',
  };
  return new Promise((resolve, reject) => {
    execFile('python3', [script, name], { env }, (error, stdout, stderr) => {
      if (error === null) resolve(JSON.parse(stdout));
      else reject(new Error(stderr));
    });
  });
}

test('the transfer manager uploads, copies and downloads in parts', async () => {
  assert.deepEqual(await python('transfer', gateway.service.root), { same: true, copied: true });
  const count = (name: string): number => gateway.logged.filter(({ operation }) => operation === name).length;
  assert.deepEqual(
    ['CreateMultipartUpload', 'UploadPart', 'UploadPartCopy', 'CompleteMultipartUpload'].map(count),
    [2, 3, 2, 2],
  );
});

test('an upload of who may not leaves nothing behind and says why', async () => {
  const user = await gateway.addUser('uploader', [
    { Effect: 'Allow', Action: 's3:GetObject', Resource: 'arn:aws:s3:::photos/*' },
  ]);
  const refused = (await python('refused', user)) as { code: string; text: string };
  assert.equal(refused.code, 'AccessDenied');
  assert.match(
    refused.text,
    /User: arn:aws:iam::111122223333:user\/uploader is not authorized to perform: s3:PutObject on resource: "arn:aws:s3:::photos\/refused"/,
  );
});

test('presigned URLs and forms are taken', async () => {
  assert.deepEqual(await python('presigned', gateway.service.root), { url: 'presigned', form: 'formed' });
});
