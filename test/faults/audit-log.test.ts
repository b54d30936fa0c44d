import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, beforeEach, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { AuditEvent } from '#core/audit';
import {
  type AuditFiles,
  type AuditLog,
  AuditLogError,
  openAuditLog,
  systemFiles,
  verifyAuditLog,
} from '#stores/audit-log';

type Step = 'open' | 'write' | 'sync' | 'truncate';

/** The real file system until a test says which step fails. */
class FailingFiles implements AuditFiles {
  readonly failing = new Set<Step>();
  /** Writes half of what it is given before it fails. */
  isTearing = false;

  list = (directory: string): Promise<readonly string[]> => systemFiles.list(directory);

  async open(directory: string, name: string): ReturnType<AuditFiles['open']> {
    this.#step('open');
    const file = await systemFiles.open(directory, name);
    return {
      ...file,
      write: async (bytes, position) => {
        if (this.isTearing) await file.write(bytes.subarray(0, bytes.length / 2), position);
        this.#step('write');
        await file.write(bytes, position);
      },
      sync: async () => {
        this.#step('sync');
        await file.sync();
      },
      truncate: async (size) => {
        this.#step('truncate');
        await file.truncate(size);
      },
    };
  }

  #step(step: Step): void {
    if (this.failing.has(step)) throw Object.assign(new Error(`no space: ${step}`), { code: 'ENOSPC' });
  }
}

let root = '';
let directory = '';
let files: FailingFiles;
let log: AuditLog;
let count = 0;

before(async () => {
  root = await mkdtemp(join(tmpdir(), 'brevet-audit-faults-'));
});
after(() => rm(root, { recursive: true }));
beforeEach(async () => {
  count += 1;
  directory = join(root, `audit-${count}`);
  files = new FailingFiles();
  log = await openAuditLog({ directory, writer: 'node-0', clock: Date.now, files });
});

function event(eventName: string): AuditEvent {
  return {
    phase: 'intent',
    eventVersion: '1.08',
    eventTime: '2026-01-02T03:04:05Z',
    eventSource: 'sts.amazonaws.com',
    eventName,
    awsRegion: 'us-east-1',
    sourceIPAddress: '127.0.0.1',
    userAgent: 'test',
    userIdentity: { type: 'Unknown' },
    requestParameters: null,
    responseElements: null,
    requestID: 'r',
    eventID: 'e',
    readOnly: false,
    eventType: 'AwsApiCall',
    managementEvent: true,
    eventCategory: 'Management',
  };
}

async function names(): Promise<string[]> {
  const found: string[] = [];
  for (const name of (await readdir(directory)).sort()) {
    for (const line of (await readFile(join(directory, name), 'utf8')).split('\n')) {
      if (line !== '') found.push((JSON.parse(line) as AuditEvent).eventName);
    }
  }
  return found;
}

async function isRefused(appending: Promise<void>): Promise<void> {
  await assert.rejects(appending, (error) => {
    assert.ok(error instanceof AuditLogError);
    assert.equal(error.code, 'Unavailable');
    return true;
  });
}

describe('an audit log on a disk that fails', () => {
  for (const step of ['write', 'sync'] as const) {
    test(`refuses the record when the ${step} fails, and takes the next one when it works again`, async () => {
      await log.append(event('Before'));
      files.failing.add(step);
      await isRefused(log.append(event('Refused')));
      assert.equal(log.healthy(), false);
      files.failing.clear();
      await log.append(event('After'));
      assert.equal(log.healthy(), true);
      await log.close();
      assert.deepEqual(await names(), ['Before', 'After']);
      assert.deepEqual(await verifyAuditLog(directory), { records: 2, problems: [] });
    });
  }

  test('leaves nothing of a record that was written by half', async () => {
    files.failing.add('write');
    files.isTearing = true;
    await isRefused(log.append(event('Torn'.repeat(100))));
    files.failing.clear();
    files.isTearing = false;
    await log.append(event('After'));
    await log.close();
    assert.deepEqual(await names(), ['After']);
    assert.deepEqual(await verifyAuditLog(directory), { records: 1, problems: [] });
  });

  for (const step of ['open', 'truncate'] as const) {
    test(`goes on refusing while the broken end cannot be cut off (${step})`, async () => {
      files.failing.add('write').add(step);
      await isRefused(log.append(event('One')));
      files.failing.delete('write');
      await isRefused(log.append(event('Two')));
      files.failing.clear();
      await log.append(event('Three'));
      await log.close();
      assert.deepEqual(await names(), ['Three']);
    });
  }

  test('refuses all who wait for the same group, and none of a later one', async () => {
    files.failing.add('sync');
    const group = ['One', 'Two', 'Three'].map((name) => isRefused(log.append(event(name))));
    await Promise.all(group);
    files.failing.clear();
    await Promise.all([log.append(event('Four')), log.append(event('Five'))]);
    await log.close();
    assert.deepEqual(await names(), ['Four', 'Five']);
  });

  test('keeps records of refusals until it can write them', async () => {
    files.failing.add('write');
    log.appendLater(event('Denied'));
    await isRefused(log.append(event('Refused')));
    files.failing.clear();
    await log.append(event('After'));
    await log.close();
    assert.deepEqual(await names(), ['Denied', 'After']);
  });

  test('counts what it could not keep, and says so in a record', async () => {
    for (let index = 0; index < 10_003; index++) log.appendLater(event('Denied'));
    await log.append(event('After'));
    await log.close();
    const written = await names();
    assert.equal(written.filter((name) => name === 'Denied').length, 10_000);
    assert.equal(written.at(-1), 'AuditLogNote');
    const [file = ''] = await readdir(directory);
    const last = (await readFile(join(directory, file), 'utf8')).trimEnd().split('\n').at(-1) ?? '';
    const note = JSON.parse(last) as { note: string; records: number };
    assert.equal(note.note, 'records of reads and refusals were lost');
    assert.equal(note.records, 3);
  });

  test('does not open when its directory cannot be used', async () => {
    files.failing.add('open');
    await isRefused(openAuditLog({ directory, writer: 'node-1', clock: Date.now, files }).then(() => {}));
  });

  test('says on closing that waiting records could not be written', async () => {
    files.failing.add('write');
    log.appendLater(event('Denied'));
    await isRefused(log.close());
  });
});

describe('an audit log whose process is killed', () => {
  test('holds every record that was acknowledged', async () => {
    const writer = fileURLToPath(new URL('./audit-log-writer.ts', import.meta.url));
    const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', writer, directory], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const acknowledged: string[] = [];
    for await (const line of createInterface({ input: child.stdout })) {
      acknowledged.push(line);
      if (acknowledged.length === 200) child.kill('SIGKILL');
    }
    assert.ok(acknowledged.length >= 200);
    await log.close();
    const reopened = await openAuditLog({ directory, writer: 'killed', clock: Date.now });
    await reopened.append(event('After'));
    await reopened.close();
    const written = new Set(await names());
    assert.deepEqual(
      acknowledged.filter((name) => !written.has(name)),
      [],
    );
    assert.deepEqual((await verifyAuditLog(directory)).problems, []);
  });
});
