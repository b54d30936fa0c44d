import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { Agent } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { connect } from 'node:tls';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { certificates } from '../certificates.ts';
import { type Serving, startServing } from '../serve-process.ts';

const [first, second] = certificates;

let directory: string;
let serving: Serving;

before(async () => {
  directory = await mkdtemp(join(tmpdir(), 'brevet-tls-'));
  await install(first);
  const config = join(directory, 'brevet.yaml');
  await writeFile(config, 'tls: { certFile: cert.pem, keyFile: key.pem }\n');
  serving = await startServing({
    dataDirectory: join(directory, 'data'),
    arguments: ['--config', config],
  });
});
after(async () => {
  await serving.stop();
  await rm(directory, { recursive: true });
});

async function install({ cert, key }: (typeof certificates)[number]): Promise<void> {
  await writeFile(join(directory, 'key.pem'), key, { mode: 0o600 });
  await writeFile(join(directory, 'cert.pem'), cert);
}

/** The certificate that the service shows to a new connection. */
function shown(): Promise<string> {
  const { hostname: host, port } = new URL(serving.endpoint);
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port: Number(port), rejectUnauthorized: false }, () => {
      const { raw } = socket.getPeerCertificate();
      socket.destroy();
      resolve(new X509Certificate(raw).fingerprint256);
    });
    socket.on('error', reject);
  });
}

function fingerprint(pem: string): string {
  return new X509Certificate(pem).fingerprint256;
}

/** Looks at each new connection until the service shows that certificate; the watch looks every two seconds. */
async function untilShown(pem: string): Promise<void> {
  const deadline = AbortSignal.timeout(10_000);
  while ((await shown()) !== fingerprint(pem)) deadline.throwIfAborted();
}

describe('a service with a certificate', () => {
  test('says that it speaks HTTPS, and AWS clients that trust the certificate reach it', async () => {
    assert.match(serving.endpoint, /^https:\/\/127\.0\.0\.1:\d+$/);
    const client = new STSClient({
      endpoint: serving.endpoint.replace('127.0.0.1', 'localhost'),
      region: 'us-east-1',
      credentials: await serving.root(),
      requestHandler: { httpsAgent: new Agent({ ca: first.cert }) },
    });
    const { Arn } = await client.send(new GetCallerIdentityCommand({}));
    client.destroy();
    assert.match(Arn ?? '', /:root$/);
  });

  test('shows a new certificate once its files have changed, without a restart', async () => {
    await install(second);
    await untilShown(second.cert);
  });

  test('keeps the last good certificate when the new files are none, and says so', async () => {
    const present = await shown();
    await writeFile(join(directory, 'cert.pem'), 'not a certificate');
    const deadline = AbortSignal.timeout(10_000);
    while (!/the new certificate cannot be used; the old one stays/.test(serving.stderr())) {
      deadline.throwIfAborted();
      await shown();
    }
    assert.equal(await shown(), present);
  });
});
