import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { CreateOpenIDConnectProviderCommand, CreateRoleCommand, IAMClient } from '@aws-sdk/client-iam';
import { importJWK, jwtVerify } from 'jose';
import { createAuthority } from '../test/certificate-authority.ts';
import { audience, startFederation } from '../test/federation-fixture.ts';
import { readCredentials } from '../test/serve-process.ts';
import { createIssuerKey, type IssuerKey, startTokenIssuer, type TokenIssuer } from '../test/token-issuer.ts';
import { startGenerator } from './load/drive.ts';
import { accountId, webIdentityBody } from './load/requests.ts';
import type { Row } from './report.ts';
import { seedDataDirectory } from './seed.ts';
import { startBrevet, startConstant } from './servers/start.ts';
import { median } from './statistics.ts';
import { connections, contender, type Effort, fullEffort, measure, report } from './throughput.ts';

type WebIdentityEffort = Pick<Effort, 'rounds' | 'milliseconds' | 'warmUpMilliseconds'>;

const aim = 0.5;
/** As many tokens in turn, so that nothing of one can be kept. */
const tokens = 200;
const subject = 'system:serviceaccount:shop:cart';

/** AssumeRoleWithWebIdentity with the provider's keys at hand, against the bare verification of the same tokens by jose. */
export async function measureWebIdentity(effort: WebIdentityEffort = fullEffort): Promise<readonly Row[]> {
  return [
    ...(await inProcess('RS256', effort)),
    ...(await inProcess('ES256', effort)),
    ...(await overHttp(effort)),
  ];
}

function signTokens(issuer: TokenIssuer, key: IssuerKey): Promise<readonly string[]> {
  const claims = { sub: subject, aud: [audience] };
  return Promise.all(Array.from({ length: tokens }, (_, jti) => issuer.sign({ ...claims, jti }, key)));
}

interface Side {
  readonly name: string;
  readonly once: (token: string) => Promise<void>;
  readonly perSecond: number[];
  /** Processor time of all threads for each, in microseconds. */
  readonly cpu: number[];
}

/** Both in this process and without HTTP: the corridor from the bytes of a request to those of the answer, its record on the disk. */
async function inProcess(alg: string, effort: WebIdentityEffort): Promise<readonly Row[]> {
  const federation = await startFederation();
  try {
    const { issuer, service, prefix } = federation;
    const key = await createIssuerKey('bench', alg);
    issuer.keys = [key.jwk];
    const role = await federation.addRole('cart', {
      condition: { StringEquals: { [`${prefix}:sub`]: subject, [`${prefix}:aud`]: audience } },
    });
    const signed = await signTokens(issuer, key);
    const publicKey = await importJWK(key.jwk, alg);
    const expected = { issuer: issuer.url, audience };
    const rawHeaders = ['host', 'sts.amazonaws.com', 'content-type', 'application/x-www-form-urlencoded'];
    const sides: readonly Side[] = [
      side(`jose's bare verification, ${alg}`, async (token) => {
        await jwtVerify(token, publicKey, expected);
      }),
      side(`AssumeRoleWithWebIdentity in process, ${alg}`, async (token) => {
        const body = Buffer.from(webIdentityBody(role, token));
        const request = {
          method: 'POST',
          target: '/',
          rawHeaders,
          body,
          sourceIp: '127.0.0.1',
          secure: true,
        };
        const { status, body: text } = await service.house.answer(request);
        if (status !== 200) throw new Error(`the corridor answered ${status}: ${text}`);
      }),
    ];
    for (const one of sides) await driveSide(one, signed, effort.warmUpMilliseconds);
    for (const one of sides) one.cpu.length = one.perSecond.length = 0;
    // By turns, so that whatever else the machine does meanwhile falls on all alike.
    for (let round = 0; round < effort.rounds; round++)
      for (const one of sides) await driveSide(one, signed, effort.milliseconds);
    return compareSides(sides);
  } finally {
    await federation.stop();
  }
}

function side(name: string, once: Side['once']): Side {
  return { name, once, perSecond: [], cpu: [] };
}

async function driveSide(one: Side, signed: readonly string[], milliseconds: number): Promise<void> {
  let done = 0;
  const start = performance.now();
  const before = process.cpuUsage();
  const busy = async (): Promise<void> => {
    while (performance.now() < start + milliseconds) {
      await one.once(signed[done % signed.length] ?? '');
      done += 1;
    }
  };
  await Promise.all(Array.from({ length: connections }, busy));
  const { user, system } = process.cpuUsage(before);
  one.cpu.push((user + system) / done);
  one.perSecond.push((done * 1000) / (performance.now() - start));
}

/** What one core would do of each: its time, and not how many are done at once, is what both have to share. */
function compareSides(sides: readonly Side[]): readonly Row[] {
  const [jose] = sides;
  return sides.map((one) => {
    const ratio = median(one.cpu.map((value, round) => (jose?.cpu[round] ?? Number.NaN) / value));
    return {
      benchmark: one.name,
      result: `${ratio.toFixed(2)}× jose`,
      aim: one === jose ? undefined : { text: `≥ ${aim}×`, met: ratio >= aim },
      detail: `${median(one.cpu).toFixed(0)} µs of processor each; ${median(one.perSecond).toFixed(0)}/s, ${connections} at a time`,
    };
  });
}

/** The same over HTTP: `brevet serve`, and a server that verifies the token with jose and answers a constant. */
async function overHttp(effort: WebIdentityEffort): Promise<readonly Row[]> {
  const dataDirectory = await mkdtemp(join(tmpdir(), 'brevet-bench-'));
  const authority = createAuthority();
  const key = await createIssuerKey('bench');
  const issuer = await startTokenIssuer(authority.issue(['127.0.0.1']), key, { host: '127.0.0.1' });
  const caller = await seedDataDirectory(dataDirectory, 1);
  await writeFile(join(dataDirectory, 'ca.pem'), authority.certificate);
  await writeFile(
    join(dataDirectory, 'brevet.yaml'),
    'outbound: { allow: ["127.0.0.0/8"], caFile: ca.pem }\n',
  );
  const raw = await startConstant('raw', 1);
  const jose = await startConstant('jose', 1, JSON.stringify(key.jwk));
  const brevet = await startBrevet(dataDirectory, 1);
  const generator = startGenerator();
  try {
    const roleArn = await trustIssuer(
      brevet.port,
      await readCredentials(join(dataDirectory, 'aws-credentials')),
      issuer.url,
    );
    const operation = { webIdentity: { roleArn, tokens: await signTokens(issuer, key) } };
    const contenders = [
      contender('raw node:http', raw, { port: raw.port, caller, operation }),
      contender('a server that verifies with jose', jose, { port: jose.port, caller, operation }),
      contender('AssumeRoleWithWebIdentity', brevet, { port: brevet.port, caller, operation }),
    ];
    for (const { plan } of contenders)
      await generator.run({ plan, connections, milliseconds: effort.warmUpMilliseconds });
    for (let round = 0; round < effort.rounds; round++)
      for (const one of contenders) await measure(one, generator, effort.milliseconds);
    const [, verifying, assuming] = contenders;
    const ratio = median(
      (assuming?.cpu ?? []).map((value, round) => (verifying?.cpu[round] ?? Number.NaN) / value),
    );
    return [
      ...report(contenders, 1),
      {
        benchmark: 'AssumeRoleWithWebIdentity over HTTP, processor',
        result: `${ratio.toFixed(2)}× a server with jose`,
        aim: undefined,
        detail: 'what the server that verifies with jose needs for each, against what brevet serve needs',
      },
    ];
  } finally {
    generator.stop();
    await Promise.all([raw.stop(), jose.stop(), brevet.stop(), issuer.stop()]);
    await rm(dataDirectory, { recursive: true, force: true });
  }
}

/** A role that trusts the issuer for one subject; returns its ARN. */
async function trustIssuer(
  port: number,
  credentials: { readonly accessKeyId: string; readonly secretAccessKey: string },
  Url: string,
): Promise<string> {
  const iam = new IAMClient({ endpoint: `http://127.0.0.1:${port}`, region: 'us-east-1', credentials });
  const { OpenIDConnectProviderArn } = await iam.send(
    new CreateOpenIDConnectProviderCommand({ Url, ClientIDList: [audience] }),
  );
  const name = Url.slice('https://'.length);
  const statement = {
    Effect: 'Allow',
    Principal: { Federated: OpenIDConnectProviderArn },
    Action: 'sts:AssumeRoleWithWebIdentity',
    Condition: { StringEquals: { [`${name}:sub`]: subject, [`${name}:aud`]: audience } },
  };
  const AssumeRolePolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement: [statement] });
  await iam.send(new CreateRoleCommand({ RoleName: 'cart', AssumeRolePolicyDocument }));
  iam.destroy();
  return `arn:aws:iam::${accountId}:role/cart`;
}
