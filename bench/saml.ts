import { randomBytes, sign, verify } from 'node:crypto';
import { parseSamlMetadata, verifyResponse } from '#core/federation';
import type { WireRequest } from '#pipeline';
import { type SamlFederation, startSamlFederation } from '../test/saml-fixture.ts';
import { createSamlIssuer, encodeResponse, type SamlIssuer, samlResponse } from '../test/saml-issuer.ts';
import type { Row } from './report.ts';
import { quantile } from './statistics.ts';

const aimPerSecond = 100;
const aimBlockedMs = 10;
/** As many as fit into the longest assertion that the operation takes, 100,000 characters. */
const largeRoles = 290;
const together = 16;

interface SamlOptions {
  /** How often each document is verified. */
  readonly calls?: number;
  /** How many people sign in. */
  readonly assertions?: number;
}

/** What a SAML response costs to verify, how long the largest holds up everybody else, and how many people can sign in. */
export async function measureSaml({
  calls = 1000,
  assertions = 600,
}: SamlOptions = {}): Promise<readonly Row[]> {
  const issuer = createSamlIssuer();
  const keys = {
    signing: parseSamlMetadata(issuer.metadata)?.keys ?? [],
    decryption: [],
    encryptionRequired: false,
  };
  const small = respond(issuer, 5);
  const large = respond(issuer, largeRoles);
  const usual = timeCalls(calls * 10, () => verifyResponse(small, keys));
  const longest = timeCalls(calls, () => verifyResponse(large, keys));
  const perSecond = 1000 / quantile(usual, 0.5);
  const [p50, p99] = [quantile(longest, 0.5), quantile(longest, 0.99)];
  return [
    {
      benchmark: 'SAML response verified, two signatures',
      result: `${Math.round(perSecond).toLocaleString('en-US')}/s`,
      aim: { text: `≥ ${aimPerSecond}/s`, met: perSecond >= aimPerSecond },
      detail: `one core; ${small.length.toLocaleString('en-US')} characters, ${(quantile(usual, 0.5) / bareVerificationMs(calls)).toFixed(0)}× one bare RSA verification`,
    },
    {
      benchmark: 'SAML response, the largest',
      result: `p99 ${p99.toFixed(1)} ms`,
      aim: { text: `≤ ${aimBlockedMs} ms`, met: p99 <= aimBlockedMs },
      detail: `${large.length.toLocaleString('en-US')} characters, p50 ${p50.toFixed(1)} ms; others wait as long`,
    },
    await measureSignIns(assertions),
  ];
}

/** A response as it is sent, of somebody who may have that many roles. */
function respond(issuer: SamlIssuer, roles: number): string {
  const account = 'arn:aws:iam::111122223333';
  const names = Array.from(
    { length: roles },
    (_, index) => `${account}:role/r-${index},${account}:saml-provider/idp`,
  );
  const xml = samlResponse({ now: Date.now(), issuer: issuer.entityId, roles: names });
  return encodeResponse(issuer.sign(xml, 'Assertion', 'Response'));
}

/** How long each call took, in milliseconds, the shortest first; after as many to warm up. */
function timeCalls(calls: number, call: () => unknown): Float64Array {
  const times = new Float64Array(calls);
  for (let index = -calls; index < calls; index += 1) {
    const start = performance.now();
    call();
    if (index >= 0) times[index] = performance.now() - start;
  }
  return times.sort();
}

/** One verification of RSA with 2048 bits. */
function bareVerificationMs(calls: number): number {
  const { privateKey, publicKey } = createSamlIssuer();
  const text = randomBytes(1000);
  const signature = sign('sha256', text, privateKey);
  return quantile(
    timeCalls(calls, () => verify('sha256', text, publicKey, signature)),
    0.5,
  );
}

/** AssumeRoleWithSAML through the whole corridor, each assertion another, with its record and its use on the disk. */
async function measureSignIns(count: number): Promise<Row> {
  const federation = await startSamlFederation();
  try {
    const requests = Array.from({ length: count }, () => requestFor(federation));
    const start = performance.now();
    const cpu = process.cpuUsage();
    await Promise.all(
      Array.from({ length: together }, async (_, lane) => {
        for (let index = lane; index < requests.length; index += together) {
          const request = requests[index];
          const answer = request === undefined ? undefined : await federation.service.house.answer(request);
          if (answer?.status !== 200) throw new Error(`refused: ${String(answer?.body)}`);
        }
      }),
    );
    const seconds = (performance.now() - start) / 1000;
    const { user, system } = process.cpuUsage(cpu);
    const perSecond = count / seconds;
    return {
      benchmark: 'AssumeRoleWithSAML, on the disk, 1 process',
      result: `${Math.round(perSecond).toLocaleString('en-US')}/s`,
      aim: { text: `≥ ${aimPerSecond}/s`, met: perSecond >= aimPerSecond },
      detail: `${together} at once, no HTTP; ${Math.round((user + system) / count)} µs of processor each`,
    };
  } finally {
    await federation.stop();
  }
}

function requestFor(federation: SamlFederation): WireRequest {
  const body = new URLSearchParams({
    Action: 'AssumeRoleWithSAML',
    Version: '2011-06-15',
    RoleArn: federation.roleArn,
    PrincipalArn: federation.providerArn,
    SAMLAssertion: encodeResponse(federation.signed()),
  });
  return {
    method: 'POST',
    target: '/',
    rawHeaders: ['Host', 'sts.us-east-1.localhost', 'Content-Type', 'application/x-www-form-urlencoded'],
    body: Buffer.from(body.toString()),
    sourceIp: '127.0.0.1',
    secure: false,
  };
}
