import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  AddRoleToInstanceProfileCommand,
  CreateInstanceProfileCommand,
  CreateRoleCommand,
  IAMClient,
} from '@aws-sdk/client-iam';
import { freePort, readCredentials } from '../test/serve-process.ts';
import { startGenerator } from './load/drive.ts';
import { accountId } from './load/requests.ts';
import type { Row } from './report.ts';
import { seedDataDirectory } from './seed.ts';
import { startBrevet, startConstant } from './servers/start.ts';
import { connections, contender, type Effort, fullEffort, measure, report } from './throughput.ts';

/** Credentials of an instance, read from memory with a session token, by a server in the same run that looks at nothing. */
export async function measureInstanceMetadata(
  effort: Pick<Effort, 'rounds' | 'milliseconds' | 'warmUpMilliseconds'> = fullEffort,
): Promise<readonly Row[]> {
  const dataDirectory = await mkdtemp(join(tmpdir(), 'brevet-bench-'));
  const caller = await seedDataDirectory(dataDirectory, 1);
  const port = await freePort();
  await writeFile(
    join(dataDirectory, 'brevet.yaml'),
    `instances: [{ id: i-01234567, instanceProfile: "arn:aws:iam::${accountId}:instance-profile/web", listen: "127.0.0.1:${port}" }]\n`,
  );
  const raw = await startConstant('raw', 1);
  const brevet = await startBrevet(dataDirectory, 1);
  const generator = startGenerator();
  try {
    await giveRole(brevet.port, await readCredentials(join(dataDirectory, 'aws-credentials')));
    const asked = await fetch(`http://127.0.0.1:${port}/latest/api/token`, {
      method: 'PUT',
      headers: { 'x-aws-ec2-metadata-token-ttl-seconds': '21600' },
    });
    const operation = { metadataToken: await asked.text() };
    const contenders = [
      contender('raw node:http', raw, { port: raw.port, caller, operation }),
      contender('instance credentials', brevet, { port, caller, operation }),
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

async function giveRole(
  port: number,
  credentials: { readonly accessKeyId: string; readonly secretAccessKey: string },
): Promise<void> {
  const iam = new IAMClient({ endpoint: `http://127.0.0.1:${port}`, region: 'us-east-1', credentials });
  const trust = JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal: { Service: 'ec2.amazonaws.com' }, Action: 'sts:AssumeRole' }],
  });
  await iam.send(new CreateRoleCommand({ RoleName: 'web', AssumeRolePolicyDocument: trust }));
  await iam.send(new CreateInstanceProfileCommand({ InstanceProfileName: 'web' }));
  await iam.send(new AddRoleToInstanceProfileCommand({ InstanceProfileName: 'web', RoleName: 'web' }));
  iam.destroy();
}
