/**
 * Kills a service in the middle of writing, again and again, and checks after each kill what the survivors hold.
 * `node test/faults/kill-rounds.ts SECONDS` goes on for that long; serve-kill.test.ts walks a few rounds.
 */
import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CreateAccessKeyCommand,
  CreateUserCommand,
  IAMClient,
  ListAccessKeysCommand,
  ListUsersCommand,
} from '@aws-sdk/client-iam';
import { GetCallerIdentityCommand, GetSessionTokenCommand, STSClient } from '@aws-sdk/client-sts';
import { verifyAuditLog } from '#stores/audit-log';
import { type Serving, startServing } from '../serve-process.ts';
import type { Credentials } from '../started-service.ts';

interface Acknowledged {
  readonly users: Set<string>;
  /** Credentials by the id of the request that released them. */
  readonly credentials: Map<string, Credentials>;
}

/** The rounds that were walked, and what was acknowledged in all of them. */
export interface KillReport {
  readonly rounds: number;
  readonly users: number;
  readonly credentials: number;
}

const writers = 4;

/** Walks rounds until `goesOn` says no. Rejects with AssertionError when something acknowledged is lost or a credential has no record. */
export async function walkKillRounds(
  goesOn: (rounds: number) => boolean,
  given: readonly string[] = [],
): Promise<KillReport> {
  const dataDirectory = await mkdtemp(join(tmpdir(), 'brevet-kill-'));
  const acknowledged: Acknowledged = { users: new Set(), credentials: new Map() };
  let rounds = 0;
  try {
    for (; goesOn(rounds); rounds++) {
      const serving = await startServing({ dataDirectory, arguments: given });
      const root = await serving.root();
      await checkSurvivors(serving, root, acknowledged);
      // A different number of answers each time, so that the kill meets different moments.
      await writeAndKill(serving, root, acknowledged, `round-${rounds}`, 20 + ((rounds * 37) % 61));
      await checkRecords(dataDirectory, acknowledged);
    }
    const last = await startServing({ dataDirectory, arguments: given });
    await checkSurvivors(last, await last.root(), acknowledged);
    await last.stop();
    assert.deepEqual((await verifyAuditLog(join(dataDirectory, 'audit'))).problems, []);
  } finally {
    await rm(dataDirectory, { recursive: true, force: true });
  }
  return { rounds, users: acknowledged.users.size, credentials: acknowledged.credentials.size };
}

function options(serving: Serving, credentials: Credentials) {
  return { endpoint: serving.endpoint, credentials, region: 'us-east-1', maxAttempts: 1 };
}

/** Creates users, keys and sessions as fast as answers come, and kills the process after so many of them. */
async function writeAndKill(
  serving: Serving,
  root: Credentials,
  { users, credentials }: Acknowledged,
  prefix: string,
  answers: number,
): Promise<void> {
  const iam = new IAMClient(options(serving, root));
  const sts = new STSClient(options(serving, root));
  let left = answers;
  const count = (): void => {
    left -= 1;
    if (left === 0) serving.signal('SIGKILL');
  };
  const write = async (writer: number): Promise<void> => {
    for (let index = 0; ; index++) {
      const UserName = `${prefix}-${writer}-${index}`;
      await iam.send(new CreateUserCommand({ UserName }));
      users.add(UserName);
      count();
      const { AccessKey: key, $metadata: made } = await iam.send(new CreateAccessKeyCommand({ UserName }));
      credentials.set(made.requestId ?? '', {
        accessKeyId: key?.AccessKeyId ?? '',
        secretAccessKey: key?.SecretAccessKey ?? '',
      });
      count();
      const { Credentials: session, $metadata: issued } = await sts.send(new GetSessionTokenCommand());
      credentials.set(issued.requestId ?? '', {
        accessKeyId: session?.AccessKeyId ?? '',
        secretAccessKey: session?.SecretAccessKey ?? '',
        sessionToken: session?.SessionToken ?? '',
      });
      count();
    }
  };
  // Every writer ends when its connection does.
  await Promise.allSettled(Array.from({ length: writers }, (_, writer) => write(writer)));
  assert.equal((await serving.ended).signal, 'SIGKILL');
  iam.destroy();
  sts.destroy();
}

/** Everything that was acknowledged before is there, and every credential works. */
async function checkSurvivors(
  serving: Serving,
  root: Credentials,
  { users, credentials }: Acknowledged,
): Promise<void> {
  const iam = new IAMClient(options(serving, root));
  const found = new Map<string, number>();
  for (let Marker: string | undefined; ; ) {
    const page = await iam.send(new ListUsersCommand({ ...(Marker === undefined ? {} : { Marker }) }));
    for (const { UserName = '' } of page.Users ?? []) {
      const { AccessKeyMetadata } = await iam.send(new ListAccessKeysCommand({ UserName }));
      found.set(UserName, AccessKeyMetadata?.length ?? 0);
    }
    if (page.IsTruncated !== true) break;
    Marker = page.Marker;
  }
  iam.destroy();
  assert.deepEqual(
    [...users].filter((name) => !found.has(name)),
    [],
  );
  for (const one of credentials.values()) {
    const sts = new STSClient(options(serving, one));
    await sts.send(new GetCallerIdentityCommand());
    sts.destroy();
  }
  await checkIntents(serving.dataDirectory, found);
}

interface AuditRecord {
  readonly phase?: string;
  readonly eventName: string;
  readonly requestID?: string;
  readonly errorCode?: string;
  readonly requestParameters?: { readonly userName?: string } | null;
}

async function readRecords(dataDirectory: string): Promise<readonly AuditRecord[]> {
  const directory = join(dataDirectory, 'audit');
  const texts = await Promise.all(
    (await readdir(directory)).map((name) => readFile(join(directory, name), 'utf8')),
  );
  // What the kill cut off ends no line.
  return texts
    .flatMap((text) => text.split('\n').slice(0, -1))
    .map((line) => JSON.parse(line) as AuditRecord);
}

/** Every credential that left the process has the record of its outcome on the disk. */
async function checkRecords(dataDirectory: string, { credentials }: Acknowledged): Promise<void> {
  const outcomes = new Set(
    (await readRecords(dataDirectory))
      .filter(({ phase, errorCode }) => phase === 'outcome' && errorCode === undefined)
      .map(({ requestID }) => requestID),
  );
  assert.deepEqual(
    [...credentials.keys()].filter((id) => !outcomes.has(id)),
    [],
  );
}

/** Every key in the database has at least the record of its intent, also where the kill came before the answer. */
async function checkIntents(dataDirectory: string, keys: ReadonlyMap<string, number>): Promise<void> {
  const intents = new Map<string, number>();
  for (const { phase, eventName, requestParameters } of await readRecords(dataDirectory)) {
    const name = requestParameters?.userName;
    if (phase === 'intent' && eventName === 'CreateAccessKey' && name !== undefined) {
      intents.set(name, (intents.get(name) ?? 0) + 1);
    }
  }
  assert.deepEqual(
    [...keys].filter(([name, count]) => (intents.get(name) ?? 0) < count),
    [],
  );
}

if (import.meta.main) {
  const until = Date.now() + Number(process.argv[2] ?? 60) * 1000;
  const report = await walkKillRounds(() => Date.now() < until);
  process.stdout.write(`${JSON.stringify(report)}\n`);
}
