import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { after, before, test } from 'node:test';
import { audience, type Federation, startFederation } from '../federation-fixture.ts';

const subject = 'system:serviceaccount:shop:cart';

let federation: Federation;
let role: string;
let home: string;

before(async () => {
  federation = await startFederation();
  role = await federation.addRole('cart', {
    condition: {
      StringEquals: { [`${federation.prefix}:sub`]: subject, [`${federation.prefix}:aud`]: audience },
    },
  });
  home = await mkdtemp(join(tmpdir(), 'brevet-aws-cli-'));
});
after(async () => {
  await federation.stop();
  await rm(home, { recursive: true, force: true });
});

/** Runs the AWS CLI with nothing but the variables that a Kubernetes pod is given, and the endpoint. */
async function aws(
  sub: string,
  given: readonly string[],
): Promise<{ readonly stdout: string; readonly stderr: string }> {
  // The CLI keeps sessions in its home: each call has its own.
  const ownHome = await mkdtemp(join(home, 'pod-'));
  const file = join(ownHome, 'token');
  const claims = {
    sub,
    aud: [audience],
    'kubernetes.io': { namespace: 'shop', serviceaccount: { name: 'cart', uid: 'uid' } },
  };
  await writeFile(file, await federation.issuer.sign(claims));
  const env = {
    PATH: process.env.PATH,
    HOME: ownHome,
    AWS_PAGER: '',
    AWS_ENDPOINT_URL: federation.service.endpoint,
    AWS_DEFAULT_REGION: 'us-east-1',
    AWS_MAX_ATTEMPTS: '1',
    AWS_ROLE_ARN: role,
    AWS_WEB_IDENTITY_TOKEN_FILE: file,
    AWS_ROLE_SESSION_NAME: 'pod',
  };
  return new Promise((resolve) => {
    execFile('aws', [...given], { cwd: home, env }, (_error, stdout, stderr) => resolve({ stdout, stderr }));
  });
}

test('the AWS CLI of a pod is the role that trusts its service account', async () => {
  const { stdout, stderr } = await aws(subject, ['sts', 'get-caller-identity', '--output', 'json']);
  assert.equal(
    (JSON.parse(stdout || '{}') as { Arn?: string }).Arn,
    `arn:aws:sts::${federation.service.accountId}:assumed-role/cart/pod`,
    stderr,
  );
});

test('the AWS CLI of another pod is told that it may not', async () => {
  const { stderr } = await aws('system:serviceaccount:shop:other', ['sts', 'get-caller-identity']);
  assert.match(
    stderr,
    /\(AccessDenied\) when calling the AssumeRoleWithWebIdentity operation: Not authorized to perform sts:AssumeRoleWithWebIdentity/,
  );
});
