import assert from 'node:assert/strict';
import { mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { TLSSocket } from 'node:tls';
import { podOf, reviewOf } from './admission-review.ts';
import { createAuthority, type Identity } from './certificate-authority.ts';
import { type KubernetesApi, startKubernetesApi } from './kubernetes-api.ts';
import { freePort, type Running, startProgram } from './serve-process.ts';

const authority = createAuthority();
let home = '';
let api: KubernetesApi;
let webhook: Running;
let port = 0;

async function putCertificate({ certificate, privateKey }: Identity, at: Date): Promise<void> {
  for (const [name, text] of [
    ['tls.crt', certificate],
    ['tls.key', privateKey],
  ] as const) {
    await writeFile(join(home, name), text);
    await utimes(join(home, name), at, at);
  }
}

before(async () => {
  home = await mkdtemp(join(tmpdir(), 'brevet-k8s-webhook-'));
  api = await startKubernetesApi(authority);
  api.accounts.set('shop/cart', { 'eks.amazonaws.com/role-arn': 'arn:aws:iam::111122223333:role/cart' });
  await putCertificate(authority.issue(['127.0.0.1']), new Date(1_700_000_000_000));
  await writeFile(join(home, 'ca.crt'), authority.certificate);
  await writeFile(join(home, 'token'), 'own-token\n');
  port = await freePort();
  const files = [
    'tls-cert-file=tls.crt',
    'tls-key-file=tls.key',
    'kube-ca-file=ca.crt',
    'kube-token-file=token',
  ];
  webhook = await startProgram(
    [
      'k8s-webhook',
      ...['--listen', `127.0.0.1:${port}`, '--sts-url', 'https://sts.example.com'],
      ...files.map((one) => `--${one.replace('=', `=${home}/`)}`),
    ],
    { KUBERNETES_SERVICE_HOST: '127.0.0.1', KUBERNETES_SERVICE_PORT: new URL(api.url).port },
  );
});
after(async () => {
  await webhook.stop();
  await api.stop();
  await rm(home, { recursive: true, force: true });
});

/** The answer to a review, and the fingerprint of the certificate it came under. */
function post(review: object): Promise<{ readonly body: string; readonly fingerprint: string }> {
  return new Promise((resolve, reject) => {
    const sent = request(
      {
        host: '127.0.0.1',
        port,
        path: '/mutate?timeout=10s',
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        ca: authority.certificate,
        agent: false,
      },
      (response: IncomingMessage) => {
        const fingerprint = (response.socket as TLSSocket).getPeerCertificate().fingerprint256;
        let body = '';
        response.setEncoding('utf8').on('data', (piece: string) => {
          body += piece;
        });
        response.on('end', () => resolve({ body, fingerprint }));
      },
    );
    sent.on('error', reject);
    sent.end(JSON.stringify(review));
  });
}

test('brevet k8s-webhook answers the API server of its cluster over TLS, and asks it with its own token', async () => {
  const { body } = await post(reviewOf(podOf()));
  const { response } = JSON.parse(body);
  const patch = JSON.parse(Buffer.from(response.patch, 'base64').toString());
  assert.deepEqual(patch[1].value, [
    { name: 'AWS_ROLE_ARN', value: 'arn:aws:iam::111122223333:role/cart' },
    {
      name: 'AWS_WEB_IDENTITY_TOKEN_FILE',
      value: '/var/run/secrets/eks.amazonaws.com/serviceaccount/token',
    },
    { name: 'AWS_ENDPOINT_URL_STS', value: 'https://sts.example.com' },
  ]);
  assert.deepEqual(api.asked, [['/api/v1/namespaces/shop/serviceaccounts/cart', 'Bearer own-token']]);
  assert.equal(webhook.stdout(), `brevet k8s-webhook ready on https://127.0.0.1:${port}\n`);
});

test('brevet k8s-webhook shows a new certificate once its files are others', async () => {
  const { fingerprint: first } = await post(reviewOf(podOf()));
  await putCertificate(authority.issue(['127.0.0.1']), new Date(1_700_000_100_000));
  let { fingerprint } = await post(reviewOf(podOf()));
  while (fingerprint === first) ({ fingerprint } = await post(reviewOf(podOf())));
});
