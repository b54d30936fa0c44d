/**
 * What `startDelivering` starts, with a store behind an S3 gateway that the roles of instances, of the agent and of a task may read, and a trail
 * that wants what is done to the store's objects: all of it as an operator sets it up, with nothing in the hands of the programs but addresses.
 */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import {
  CloudTrailClient,
  CreateTrailCommand,
  LookupEventsCommand,
  PutEventSelectorsCommand,
  StartLoggingCommand,
} from '@aws-sdk/client-cloudtrail';
import { IAMClient, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import type { CloudTrailEvent } from '#core/audit';
import { startS3rver } from './gateway-fixture.ts';
import { type Delivering, startDelivering } from './imds-fixture.ts';
import { freePort } from './serve-process.ts';

const bucket = 'photos';
const logs = 'logs-of-main';
const account = '111122223333';
const pollMs = 250;

type Environment = Readonly<Record<string, string>>;

export interface InstanceStore {
  readonly delivering: Delivering;
  /** The same environments, with the address of the gateway. */
  readonly instance: Environment;
  readonly agent: Environment;
  readonly hosted: Environment;
  readonly container: Environment;
  /** The environment of the operator, who has root's profile. */
  readonly operator: Environment;
  /** The delivered record of a read of that object by that session, once it is there. */
  readRecord(key: string, session: string): Promise<CloudTrailEvent>;
  /** What LookupEvents finds of that event by or for that session, once there is something. */
  lookup(eventName: string, session: string): Promise<CloudTrailEvent>;
  stop(): Promise<void>;
}

function allowRead(keys: string, condition: object = {}): object {
  return {
    Effect: 'Allow',
    Action: 's3:GetObject',
    Resource: `arn:aws:s3:::${bucket}/${keys}`,
    Condition: condition,
  };
}

/** Objects: `open.txt` for everybody here, `instance.txt` for the instances alone, by the keys of EC2 in their role's policy. */
export async function startInstanceStore(home: string): Promise<InstanceStore> {
  const store = await startS3rver(bucket);
  const port = await freePort();
  const upstream = `endpoint: "${store.endpoint}", region: us-east-1, accessKeyId: ${store.key.accessKeyId}, secretAccessKey: ${store.key.secretAccessKey}`;
  const delivering = await startDelivering(
    home,
    `gateways:
  - { service: s3, listen: "127.0.0.1:${port}", ownerAccount: "${account}", upstream: { ${upstream}, addressing: path } }
audit: { deliverEverySeconds: 1 }
`,
  );
  const { serving } = delivering;
  const shared = { endpoint: serving.endpoint, region: 'us-east-1', credentials: await serving.root() };

  const iam = new IAMClient(shared);
  const onlyInstance = {
    StringEquals: {
      'ec2:SourceInstanceArn': ['i-0123456789abcdef0', 'i-0aaaaaaaaaaaaaaa1'].map(
        (id) => `arn:aws:ec2:us-east-1:${account}:instance/${id}`,
      ),
      'ec2:RoleDelivery': '2.0',
    },
  };
  for (const RoleName of ['web', 'host', 'task']) {
    const PolicyDocument = JSON.stringify({
      Version: '2012-10-17',
      Statement: [allowRead('open.txt'), allowRead('instance.txt', onlyInstance)],
    });
    await iam.send(new PutRolePolicyCommand({ RoleName, PolicyName: 'read', PolicyDocument }));
  }
  iam.destroy();

  const behind = new S3Client({
    ...shared,
    endpoint: store.endpoint,
    credentials: store.key,
    forcePathStyle: true,
  });
  for (const name of ['open', 'instance'])
    await behind.send(new PutObjectCommand({ Bucket: bucket, Key: `${name}.txt`, Body: `of ${name}\n` }));
  behind.destroy();

  const cloudtrail = new CloudTrailClient(shared);
  await cloudtrail.send(new CreateTrailCommand({ Name: 'main', S3BucketName: logs }));
  const DataResources = [{ Type: 'AWS::S3::Object', Values: [`arn:aws:s3:::${bucket}/`] }];
  await cloudtrail.send(
    new PutEventSelectorsCommand({
      TrailName: 'main',
      EventSelectors: [{ ReadWriteType: 'All', DataResources }],
    }),
  );
  await cloudtrail.send(new StartLoggingCommand({ Name: 'main' }));

  const s3 = { AWS_ENDPOINT_URL_S3: `http://127.0.0.1:${port}` };
  const { AWS_ENDPOINT_URL, AWS_DEFAULT_REGION, PATH, HOME } = delivering.instance;
  return {
    delivering,
    instance: { ...delivering.instance, ...s3 },
    agent: { ...delivering.agent, ...s3 },
    hosted: { ...delivering.hosted, ...s3 },
    container: { ...delivering.container, ...s3 },
    operator: {
      ...{ PATH: PATH ?? '', HOME: HOME ?? '', AWS_ENDPOINT_URL: AWS_ENDPOINT_URL ?? '', AWS_PAGER: '' },
      AWS_DEFAULT_REGION: AWS_DEFAULT_REGION ?? '',
      AWS_CONFIG_FILE: join(serving.dataDirectory, 'aws-config'),
      AWS_SHARED_CREDENTIALS_FILE: join(serving.dataDirectory, 'aws-credentials'),
      AWS_PROFILE: 'root',
    },
    readRecord: (key, session) =>
      once(async () => {
        const events = await deliveredEvents(join(serving.dataDirectory, 'trails', 'buckets', account, logs));
        return events.find(
          ({ eventName, requestParameters, userIdentity }) =>
            eventName === 'GetObject' &&
            (requestParameters as { readonly key?: string }).key === key &&
            userIdentity.arn?.endsWith(`/${session}`) === true,
        );
      }),
    lookup: (eventName, session) =>
      once(async () => {
        const attributes = [{ AttributeKey: 'EventName', AttributeValue: eventName } as const];
        const { Events = [] } = await cloudtrail.send(
          new LookupEventsCommand({ LookupAttributes: attributes }),
        );
        const events = Events.map((one) => JSON.parse(one.CloudTrailEvent ?? '{}') as CloudTrailEvent);
        return events.find(
          ({ userIdentity, requestParameters }) =>
            userIdentity.arn?.endsWith(`/${session}`) === true ||
            (requestParameters as { readonly roleSessionName?: string } | null)?.roleSessionName === session,
        );
      }),
    async stop() {
      cloudtrail.destroy();
      await delivering.stop();
      await store.stop();
    },
  };
}

async function deliveredEvents(directory: string): Promise<readonly CloudTrailEvent[]> {
  const names = await readdir(directory, { recursive: true }).catch(() => []);
  const files = names.filter((name) => name.includes('/CloudTrail/') && name.endsWith('.json.gz'));
  const texts = await Promise.all(
    files.map(async (name) => gunzipSync(await readFile(join(directory, name))).toString()),
  );
  return texts.flatMap(
    (text) => (JSON.parse(text) as { readonly Records: readonly CloudTrailEvent[] }).Records,
  );
}

/** What `look` finds, as soon as it finds something. */
async function once<Found>(look: () => Promise<Found | undefined>): Promise<Found> {
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, pollMs));
  }
}
