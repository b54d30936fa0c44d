import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Sha256 } from '@aws-crypto/sha256-js';
import { HeadObjectCommand } from '@aws-sdk/client-s3';
import { HttpRequest } from '@smithy/protocol-http';
import { SignatureV4 } from '@smithy/signature-v4';
import { type StartedGateway, startGateway } from '../../gateway-fixture.ts';
import { sendForm } from '../../s3-form.ts';

let gateway: StartedGateway;
before(async () => {
  gateway = await startGateway();
});
after(() => gateway.stop());

function otherSigner(credentials = gateway.service.root): SignatureV4 {
  return new SignatureV4({
    ...{ credentials, region: 'us-east-1', service: 's3', sha256: Sha256 },
    ...{ uriEscapePath: false, applyChecksum: false },
  });
}

/** A presigned URL by the other signer. */
async function presign(
  method: string,
  path: string,
  expiresIn: number,
  signingDate = new Date(),
): Promise<string> {
  const { host, hostname, port, protocol } = new URL(gateway.endpoint);
  const headers = { host, 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' };
  const request = new HttpRequest({ method, hostname, port: Number(port), protocol, path, headers });
  const { query = {} } = await otherSigner().presign(request, { expiresIn, signingDate });
  const text = Object.entries(query)
    .map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(String(value))}`)
    .join('&');
  return `${gateway.endpoint}${path}?${text}`;
}

async function codeOf(response: Response): Promise<string> {
  return `${response.status} ${/<Code>(.*?)<\/Code>.*<Message>(.*?)<\/Message>/
    .exec(await response.text())
    ?.slice(1)
    .join(': ')}`;
}

describe('a presigned URL', () => {
  test('uploads and downloads what it names until it is over', async () => {
    const uploaded = await fetch(await presign('PUT', '/photos/presigned', 60), {
      method: 'PUT',
      body: 'hello',
    });
    assert.equal(uploaded.status, 200, await uploaded.text());
    assert.equal(await (await fetch(await presign('GET', '/photos/presigned', 60))).text(), 'hello');
    const hourAgo = new Date(Date.now() - 3_600_000);
    const stillGood = await fetch(await presign('GET', '/photos/presigned', 3700, hourAgo));
    assert.equal(await stillGood.text(), 'hello');
    const over = await fetch(await presign('GET', '/photos/presigned', 3500, hourAgo));
    assert.equal(await codeOf(over), '403 AccessDenied: Request has expired');
  });

  test('is good for nothing else', async () => {
    const url = await presign('GET', '/photos/presigned', 60);
    for (const [other, init] of [
      [url, { method: 'DELETE' }],
      [url.replace('/photos/presigned', '/photos/other'), {}],
      [url.replace('X-Amz-Expires=60', 'X-Amz-Expires=600'), {}],
      [`${url}&versionId=1`, {}],
    ] as const)
      assert.match(await codeOf(await fetch(other, init)), /^403 SignatureDoesNotMatch/);
    const headers = { 'x-amz-meta-a': 'b' };
    const put = await presign('PUT', '/photos/presigned', 60);
    assert.match(
      await codeOf(await fetch(put, { method: 'PUT', body: 'a', headers })),
      /^403 AccessDenied: There were headers present in the request which were not signed/,
    );
  });
});

describe('a signed header', () => {
  async function send(
    headers: Readonly<Record<string, string>>,
    credentials = gateway.service.root,
  ): Promise<string> {
    const { host, hostname, port, protocol } = new URL(gateway.endpoint);
    const request = { method: 'PUT', hostname, port: Number(port), protocol, path: '/photos/undeclared' };
    const signer = otherSigner(credentials);
    const signed = await signer.sign(new HttpRequest({ ...request, headers: { host, ...headers } }));
    const { host: _, ...sent } = signed.headers;
    return await codeOf(
      await fetch(`${gateway.endpoint}/photos/undeclared`, { method: 'PUT', body: 'other', headers: sent }),
    );
  }

  test('must say what body it is for: else any other could follow', async () => {
    assert.equal(
      await send({}),
      '400 InvalidRequest: Missing required header for this request: x-amz-content-sha256',
    );
  });

  test('of a key that is unknown is told apart from a token that is', async () => {
    const declared = { 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' };
    const unknown = { accessKeyId: 'AKIAUNKNOWNUNKNOWN22', secretAccessKey: 'secret' };
    assert.equal(
      await send(declared, unknown),
      '403 InvalidAccessKeyId: The AWS Access Key Id you provided does not exist in our records.',
    );
    assert.equal(
      await send(declared, { ...unknown, sessionToken: 'token' }),
      '400 InvalidToken: The provided token is malformed or otherwise invalid.',
    );
  });
});

describe('a browser’s form', () => {
  const form = (
    changes?: Readonly<Record<string, string>>,
    file?: string,
    conditions?: readonly unknown[],
  ): Promise<Response> => sendForm(gateway.endpoint, gateway.service.root, { changes, file, conditions });

  test('uploads what its policy allows', async () => {
    const response = await form();
    const text = await response.text();
    assert.equal(response.status, 201, text);
    assert.match(text, /<Bucket>photos<\/Bucket><Key>forms\/a.png<\/Key>/);
    const root = gateway.s3(gateway.service.root);
    const { ContentLength } = await root.send(
      new HeadObjectCommand({ Bucket: 'photos', Key: 'forms/a.png' }),
    );
    assert.equal(ContentLength, 'picture'.length);
  });

  test('is refused when it is not what was signed', async () => {
    assert.match(
      await codeOf(await form({ key: 'other/a' })),
      /^403 AccessDenied: Invalid according to Policy: Policy Condition failed/,
    );
    assert.match(await codeOf(await form({ acl: 'public-read' })), /Extra input fields: acl$/);
    assert.match(await codeOf(await form({}, 'a'.repeat(101))), /^400 EntityTooLarge/);
    assert.match(await codeOf(await form({}, '')), /^400 EntityTooSmall/);
    assert.match(
      await codeOf(await form({ 'x-amz-signature': '0'.repeat(64) })),
      /^403 SignatureDoesNotMatch/,
    );
    const longer = Buffer.from('{"expiration":"2099-01-01T00:00:00Z","conditions":[]}').toString('base64');
    assert.match(await codeOf(await form({ policy: longer })), /^403 SignatureDoesNotMatch/);
  });
});
