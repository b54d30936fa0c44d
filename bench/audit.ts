import { mkdtemp, open, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chainLine, chainStart } from '#core/audit';
import { formatIsoSeconds } from '#core/time';
import { openEventIndex } from '#stores/audit-log';
import { startGenerator } from './load/drive.ts';
import type { Row } from './report.ts';
import { seedDataDirectory } from './seed.ts';
import { startAudited } from './servers/start.ts';
import { median, quantile } from './statistics.ts';

const workers = 2;
const connections = 64;
const roles = 1000;
const rounds = 9;
const milliseconds = 1000;
const warmUpMilliseconds = 2500;
const throughputAim = 0.8;
const syncsAim = 3;
const events = 1_000_000;
const keys = 1000;
const linesAtOnce = 5000;
const lookups = 500;
const lookupAimMs = 10;
const secondsOfYear = 31_536_000;

/** What the audit log costs AssumeRole, how fast a million events are looked up, and how much disk a record takes. */
export async function measureAudit(): Promise<readonly Row[]> {
  return [...(await measureCost()), ...(await measureLookup())];
}

async function measureCost(): Promise<readonly Row[]> {
  const dataDirectory = await mkdtemp(join(tmpdir(), 'brevet-bench-'));
  const caller = await seedDataDirectory(dataDirectory, roles);
  const contenders = await Promise.all(
    (['unaudited', 'audited'] as const).map(async (kind) => ({
      target: await startAudited(kind, workers, dataDirectory),
      perSecond: [] as number[],
      p99: [] as number[],
    })),
  );
  const generator = startGenerator();
  const syncs: number[] = [];
  let requests = 0;
  try {
    for (let round = -1; round < rounds; round++) {
      for (const [index, one] of contenders.entries()) {
        const plan = { port: one.target.port, caller, operation: { assumeRoles: roles } };
        const duration = round < 0 ? warmUpMilliseconds : milliseconds;
        const { seconds, latencies } = await generator.run({ plan, connections, milliseconds: duration });
        if (index === 1) requests += latencies.length;
        if (round < 0) continue;
        one.perSecond.push(latencies.length / seconds);
        one.p99.push(quantile(latencies.sort(), 0.99));
      }
      syncs.push(await measureSync(dataDirectory));
    }
  } finally {
    generator.stop();
    await Promise.all(contenders.map(({ target }) => target.stop()));
  }
  const bytes = await bytesOf(join(dataDirectory, 'audit'), 'audited-');
  await rm(dataDirectory, { recursive: true, force: true });
  const [without, audited] = contenders;
  if (without === undefined || audited === undefined) return [];
  const ratio = median(
    audited.perSecond.map((value, round) => value / (without.perSecond[round] ?? Number.NaN)),
  );
  const sync = median(syncs);
  const added = median(audited.p99.map((value, round) => value - (without.p99[round] ?? Number.NaN)));
  const perRequest = bytes / requests;
  const year = (perRequest * 100 * secondsOfYear) / 1e12;
  return [
    {
      benchmark: `AssumeRole with its records on the disk, ${workers} workers`,
      result: `${ratio.toFixed(2)}× without audit`,
      aim: { text: `≥ ${throughputAim}×`, met: ratio >= throughputAim },
      detail: `${median(audited.perSecond).toFixed(0)}/s and ${median(without.perSecond).toFixed(0)}/s, ${connections} connections`,
    },
    {
      benchmark: 'p99 of AssumeRole that the records add',
      result: `${(added / sync).toFixed(1)} syncs`,
      aim: { text: `≤ ${syncsAim} syncs`, met: added <= syncsAim * sync },
      detail: `p99 ${median(audited.p99).toFixed(1)} ms and ${median(without.p99).toFixed(1)} ms; a sync of 4 KB takes ${sync.toFixed(2)} ms`,
    },
    {
      benchmark: 'bytes of the records of an AssumeRole',
      result: `${perRequest.toFixed(0)} bytes`,
      aim: undefined,
      detail: `its outcome; ${year.toFixed(1)} TB a year at 100 requests per second`,
    },
  ];
}

/** Median time, in milliseconds, for four kilobytes to be on the disk. */
async function measureSync(directory: string): Promise<number> {
  const file = await open(join(directory, 'sync'), 'w');
  const times: number[] = [];
  for (let index = 0; index < 50; index++) {
    const start = performance.now();
    await file.write(Buffer.alloc(4096));
    await file.datasync();
    times.push(performance.now() - start);
  }
  await file.close();
  return median(times);
}

async function bytesOf(directory: string, writer: string): Promise<number> {
  const names = (await readdir(directory)).filter((name) => name.includes(`.${writer}`));
  const sizes = await Promise.all(names.map(async (name) => (await stat(join(directory, name))).size));
  return sizes.reduce((sum, size) => sum + size, 0);
}

async function measureLookup(): Promise<readonly Row[]> {
  const directory = await mkdtemp(join(tmpdir(), 'brevet-bench-'));
  const file = join(directory, 'index.db');
  const now = Date.now();
  await writeEvents(directory, now);
  const index = openEventIndex({ directory, file, oldest: () => Math.floor(now / 1000) - 90 * 86_400 });
  try {
    const query = (key: number) => ({
      account: '111122223333',
      region: 'us-east-1',
      from: 0,
      to: Math.floor(now / 1000),
      attribute: { key: 'AccessKeyId', value: keyName(key) } as const,
      before: undefined,
      limit: 51,
    });
    const start = performance.now();
    for (let found = -1, last = -2; found !== last; ) {
      last = found;
      await index.feed();
      const all = await index.find({ ...query(0), attribute: undefined, limit: 1 });
      found = all[0]?.id ?? -1;
    }
    const built = (performance.now() - start) / 1000;
    const times: number[] = [];
    for (let lookup = 0; lookup < lookups; lookup++) {
      const before = performance.now();
      const { length } = await index.find(query((lookup * 7) % keys));
      times.push(performance.now() - before);
      if (length !== 51) throw new Error(`a key has ${length} events`);
    }
    const p50 = median(times);
    const size = (await stat(file)).size;
    return [
      {
        benchmark: 'LookupEvents by access key, a million events',
        result: `${p50.toFixed(1)} ms`,
        aim: { text: `≤ ${lookupAimMs} ms`, met: p50 <= lookupAimMs },
        detail: `p50 of a page of 50; p99 ${quantile(
          times.sort((left, right) => left - right),
          0.99,
        ).toFixed(1)} ms; index made in ${built.toFixed(0)} s, ${(size / events).toFixed(0)} bytes an event`,
      },
    ];
  } finally {
    await index.close();
    await rm(directory, { recursive: true, force: true });
  }
}

function keyName(index: number): string {
  return `AKIABENCH${String(index).padStart(11, '0')}`;
}

/** A log of a million events of one account, spread over its last thirty days. */
async function writeEvents(directory: string, now: number): Promise<void> {
  const log = await open(join(directory, `${formatIsoSeconds(now).slice(0, 10)}.bench.jsonl`), 'w');
  let at = chainStart;
  for (let start = 0; start < events; start += linesAtOnce) {
    let text = '';
    for (let number = start; number < start + linesAtOnce; number++) {
      const { line, next } = chainLine(exampleEvent(number, now), at);
      text += `${line}\n`;
      at = next;
    }
    await log.write(text);
  }
  await log.close();
}

function exampleEvent(number: number, now: number): object {
  const account = '111122223333';
  const role = `arn:aws:iam::${account}:role/role-${number % 500}`;
  const key = `ASIA${number.toString(36).toUpperCase().padStart(16, '0')}`;
  return {
    phase: 'outcome',
    eventVersion: '1.08',
    userIdentity: {
      type: 'IAMUser',
      principalId: `AIDA${String(number % keys).padStart(17, '0')}`,
      arn: `arn:aws:iam::${account}:user/user-${number % keys}`,
      accountId: account,
      accessKeyId: keyName(number % keys),
      userName: `user-${number % keys}`,
    },
    eventTime: formatIsoSeconds(now - Math.floor(((events - number) * 30 * 86_400_000) / events)),
    eventSource: 'sts.amazonaws.com',
    eventName: 'AssumeRole',
    awsRegion: 'us-east-1',
    sourceIPAddress: '192.0.2.1',
    userAgent: 'aws-sdk-js/3.1170.0 ua/2.1 os/linux lang/js md/nodejs api/sts',
    requestParameters: { roleArn: role, roleSessionName: `session-${number}` },
    responseElements: {
      credentials: { accessKeyId: key },
      assumedRoleUser: { assumedRoleId: `AROA:session-${number}`, arn: `${role}/session-${number}` },
    },
    requestID: `r-${number}`,
    eventID: `e-${number}`,
    readOnly: true,
    resources: [{ accountId: account, type: 'AWS::IAM::Role', ARN: role }],
    eventType: 'AwsApiCall',
    managementEvent: true,
    recipientAccountId: account,
    eventCategory: 'Management',
  };
}
