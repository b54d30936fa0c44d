/**
 * The servers that Brevet is compared with, over `node:http` alone, answering a constant reply of one kilobyte: `raw` looks at nothing,
 * `verify` reads the body and verifies its signature, `jose` reads it and verifies the token in it. Tells its port over IPC; with more than one worker, a cluster over one port.
 */
import cluster from 'node:cluster';
import type { KeyObject } from 'node:crypto';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import process from 'node:process';
import { importJWK, jwtVerify } from 'jose';
import { isRegion } from '#core/regions';
import { checkSignature, deriveSigningKey, hashBody, parseSignature, verifySignature } from '#core/sigv4';

const reply = 'x'.repeat(1024);
/** The secret key, or the public key of the tokens as a JWK. */
const [kind, workers = '1', secretAccessKey = ''] = process.argv.slice(2);

let signingKey: KeyObject | undefined;

const answerRaw: RequestListener = (_request, response) => {
  response.end(reply);
};

const answerVerified: RequestListener = (request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const signature = parseSignature({
      method: request.method ?? '',
      target: request.url ?? '',
      rawHeaders: request.rawHeaders,
    });
    const { scope } = signature;
    checkSignature(signature, { now: Date.now(), service: 'sts', isRegion });
    signingKey ??= deriveSigningKey(secretAccessKey, scope.date, scope.region, scope.service);
    verifySignature(signature, signingKey, hashBody(Buffer.concat(chunks)));
    response.end(reply);
  });
};

let tokenKey: ReturnType<typeof importJWK> | undefined;

const answerProven: RequestListener = (request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', async () => {
    tokenKey ??= importJWK(JSON.parse(secretAccessKey));
    const token = new URLSearchParams(Buffer.concat(chunks).toString()).get('WebIdentityToken');
    await jwtVerify(token ?? '', await tokenKey);
    response.end(reply);
  });
};

const answers: Readonly<Record<string, RequestListener>> = {
  verify: answerVerified,
  jose: answerProven,
};

if (workers !== '1' && cluster.isPrimary) {
  const count = Number(workers);
  let listening = 0;
  cluster.on('listening', (_worker, { port }) => {
    listening += 1;
    if (listening === count) process.send?.(port);
  });
  for (let index = 0; index < count; index++) cluster.fork();
} else {
  const server = createServer(answers[kind ?? ''] ?? answerRaw);
  server.listen(0, '127.0.0.1', () => {
    if (cluster.isPrimary) process.send?.((server.address() as AddressInfo).port);
  });
}
process.on('disconnect', () => process.exit(0));
