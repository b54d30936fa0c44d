import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deriveSigningKey, hashBody, signRequest } from '#core/sigv4';
import { type AccessQuestion, CallerCache, createAuthorizer, type Issuer } from '#servers/authorizer';
import type { CallerDescription } from '#services/operation';
import { freePort } from '../test/serve-process.ts';
import { startGenerator } from './load/drive.ts';
import { accountId } from './load/requests.ts';
import { measureAwaitedRate } from './policy/measure.ts';
import type { Row } from './report.ts';
import { seedDataDirectory } from './seed.ts';
import { startBrevet, startConstant } from './servers/start.ts';
import { connections, contender, type Effort, fullEffort, measure, report } from './throughput.ts';

const verifyAim = 100_000;
const authorizeAim = 60_000;
const doorPaths = 1000;

/** Verifying and deciding in a resource server, and the door for reverse proxies. */
export async function measureAuthorizer(): Promise<readonly Row[]> {
  return [...(await measureLibrary()), ...(await measureDoor(fullEffort))];
}

async function measureLibrary(): Promise<readonly Row[]> {
  const now = Date.now();
  const callers = new CallerCache({ issuer: issuerOf(now), clock: () => now, maxStalenessSeconds: 300 });
  const authorizer = createAuthorizer({ callers, service: 'execute-api', clock: () => now });
  const request = signedRequest(now);
  const question: AccessQuestion = {
    action: 'execute-api:Invoke',
    resource: `arn:aws:execute-api:us-east-1:${accountId}:orders/prod/GET/orders/1`,
    resourceAccount: accountId,
    connection: { sourceIp: '192.0.2.1', secure: true },
  };
  try {
    await new Promise(setImmediate);
    const verified = await authorizer.verify(request);
    if (!authorizer.authorize(verified, question).allowed) throw new Error('the question was to be allowed');
    const verify = await measureAwaitedRate(() => authorizer.verify(request));
    const both = await measureAwaitedRate(async () =>
      authorizer.authorize(await authorizer.verify(request), question),
    );
    return [row('verify, key cached', verify, verifyAim), row('verify and authorize', both, authorizeAim)];
  } finally {
    await callers.close();
  }
}

function row(benchmark: string, perSecond: number, aim: number): Row {
  return {
    benchmark,
    result: `${Math.round(perSecond / 1000)}k/s`,
    aim: { text: `≥ ${aim / 1000}k/s`, met: perSecond >= aim },
    detail: `${(1e6 / perSecond).toFixed(1)} µs on one core`,
  };
}

/** `nginx auth_request` without nginx: the requests that it would make, by a server in the same run that looks at nothing. */
export async function measureDoor(
  effort: Pick<Effort, 'rounds' | 'milliseconds' | 'warmUpMilliseconds'>,
): Promise<readonly Row[]> {
  const dataDirectory = await mkdtemp(join(tmpdir(), 'brevet-bench-'));
  const caller = await seedDataDirectory(dataDirectory, 1);
  const port = await freePort();
  await writeFile(join(dataDirectory, 'brevet.yaml'), `authorizers: [{ listen: "127.0.0.1:${port}" }]\n`);
  const raw = await startConstant('raw', 1);
  const brevet = await startBrevet(dataDirectory, 1);
  const generator = startGenerator();
  try {
    const operation = { doorPaths };
    const contenders = [
      contender('raw node:http', raw, { port: raw.port, caller, operation }),
      contender('forward-auth door', brevet, { port, caller, operation }),
    ];
    for (const { plan } of contenders)
      await generator.run({ plan, connections, milliseconds: effort.warmUpMilliseconds });
    for (let round = 0; round < effort.rounds; round++)
      for (const one of contenders) await measure(one, generator, effort.milliseconds);
    return report(contenders, 1);
  } finally {
    generator.stop();
    await Promise.all([raw.stop(), brevet.stop()]);
    await rm(dataDirectory, { recursive: true, force: true });
  }
}

const credentials = { accessKeyId: 'AKIABENCHBENCHBENCHB', secretAccessKey: 'bench+secret/of+no+value' };

function signedRequest(now: number) {
  const request = { method: 'GET', target: '/orders/1', rawHeaders: ['host', 'orders.example.com'] };
  const { rawHeaders } = signRequest(
    { ...request, bodySha256: hashBody(new Uint8Array()) },
    { credentials, region: 'us-east-1', service: 'execute-api', now },
  );
  return { ...request, rawHeaders: [...rawHeaders, 'user-agent', 'curl/8.5.0', 'accept', '*/*'] };
}

/** An issuer that knows one user, and never hears of a change. */
function issuerOf(now: number): Issuer {
  const arn = `arn:aws:iam::${accountId}:user/caller`;
  const principalId = 'AIDABENCHBENCHBENCHBE';
  const text = JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      { Effect: 'Allow', Action: 's3:GetObject', Resource: 'arn:aws:s3:::bucket/*' },
      {
        Effect: 'Allow',
        Action: 'execute-api:Invoke',
        Resource: 'arn:aws:execute-api:*:*:orders/prod/GET/*',
      },
    ],
  });
  const caller: CallerDescription = {
    principal: { type: 'user', account: accountId, arn, id: principalId },
    account: accountId,
    arn,
    principalId,
    accessKeyId: credentials.accessKeyId,
    context: {
      'aws:principalaccount': accountId,
      'aws:principalarn': arn,
      'aws:principaltype': 'User',
      'aws:userid': principalId,
      'aws:username': 'caller',
    },
    tags: {},
    policies: { identity: [{ name: 'inline', text }] },
  };
  return {
    getSigningKey: async ({ date, region, service }) => ({
      caller,
      signingKey: deriveSigningKey(credentials.secretAccessKey, date, region, service),
      sequence: now,
    }),
    getChanges: (after, signal) =>
      after === 0
        ? Promise.resolve({ sequence: now, everything: true, principals: [], accessKeys: [], buckets: [] })
        : new Promise((_, reject) => {
            signal.addEventListener('abort', () => reject(signal.reason), { once: true });
          }),
  };
}
