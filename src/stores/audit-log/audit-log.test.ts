import assert from 'node:assert/strict';
import { appendFile, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, describe, test } from 'node:test';
import type { AuditEvent } from '#core/audit';
import { AuditLogError, openAuditLog, verifyAuditLog } from './index.ts';

const day = Date.UTC(2026, 0, 2);
let root = '';
let directory = '';
let count = 0;

before(async () => {
  root = await mkdtemp(join(tmpdir(), 'brevet-audit-'));
});
after(() => rm(root, { recursive: true }));
beforeEach(() => {
  count += 1;
  directory = join(root, `audit-${count}`);
});

function event(name: string): AuditEvent {
  return {
    phase: 'outcome',
    eventVersion: '1.08',
    eventTime: '2026-01-02T03:04:05Z',
    eventSource: 'sts.amazonaws.com',
    eventName: name,
    awsRegion: 'us-east-1',
    sourceIPAddress: '127.0.0.1',
    userAgent: 'test',
    userIdentity: { type: 'Unknown' },
    requestParameters: null,
    responseElements: null,
    requestID: 'r',
    eventID: 'e',
    readOnly: true,
    eventType: 'AwsApiCall',
    managementEvent: true,
    eventCategory: 'Management',
  };
}

async function lines(file = '2026-01-02.node-0.jsonl'): Promise<string[]> {
  return (await readFile(join(directory, file), 'utf8')).split('\n').slice(0, -1);
}

async function names(file?: string): Promise<string[]> {
  return (await lines(file)).map((line) => (JSON.parse(line) as AuditEvent).eventName);
}

const open = (clock = () => day) => openAuditLog({ directory, writer: 'node-0', clock });

describe('the audit log', () => {
  test('has written a record when append resolves, in a file for its owner alone', async () => {
    const log = await open();
    await log.append(event('AssumeRole'));
    assert.deepEqual(await names(), ['AssumeRole']);
    assert.equal((await stat(directory)).mode & 0o777, 0o700);
    assert.equal((await stat(join(directory, '2026-01-02.node-0.jsonl'))).mode & 0o777, 0o600);
    await log.close();
  });

  test('keeps the order of records that come together, one to a line', async () => {
    const log = await open();
    const all = Array.from({ length: 500 }, (_, index) => `Event${index}`);
    await Promise.all(all.map((name) => log.append(event(name))));
    await log.close();
    assert.deepEqual(await names(), all);
    assert.deepEqual(await verifyAuditLog(directory), { records: 500, problems: [] });
  });

  test('writes records that are given together next to each other', async () => {
    const log = await open();
    const pairs = Array.from({ length: 20 }, (_, index) => [`Intent${index}`, `Outcome${index}`] as const);
    await Promise.all(pairs.map(([first, second]) => log.append(event(first), event(second))));
    assert.deepEqual(await names(), pairs.flat());
    await log.close();
  });

  test('writes records nobody waits for at the latest when it is closed', async () => {
    const log = await open();
    log.appendLater(event('GetCallerIdentity'));
    await log.close();
    assert.deepEqual(await names(), ['GetCallerIdentity']);
  });

  test('takes nothing once it is closed', async () => {
    const log = await open();
    await log.close();
    await assert.rejects(log.append(event('AssumeRole')), (error) => {
      assert.ok(error instanceof AuditLogError);
      assert.equal(error.code, 'Unavailable');
      assert.equal(error.message, 'the audit log cannot be written');
      return true;
    });
  });

  test('goes on with its chain after a restart, and into the next day', async () => {
    let now = day;
    for (const name of ['One', 'Two']) {
      const log = await open(() => now);
      await log.append(event(name));
      now += 86_400_000;
      await log.append(event(`${name}Later`));
      await log.close();
    }
    assert.deepEqual((await readdir(directory)).sort(), [
      '2026-01-02.node-0.jsonl',
      '2026-01-03.node-0.jsonl',
      '2026-01-04.node-0.jsonl',
    ]);
    assert.deepEqual(await names('2026-01-03.node-0.jsonl'), ['OneLater', 'Two']);
    assert.deepEqual(await verifyAuditLog(directory), { records: 4, problems: [] });
  });

  test('stays in the newest file when the clock goes back a day', async () => {
    let now = day;
    const log = await open(() => now);
    await log.append(event('Before'));
    now -= 86_400_000;
    await log.append(event('After'));
    await log.close();
    assert.deepEqual(await readdir(directory), ['2026-01-02.node-0.jsonl']);
    assert.deepEqual(await names(), ['Before', 'After']);
  });

  test('cuts off a line that a crash left unfinished, says so, and goes on', async () => {
    const first = await open();
    await first.append(event('Whole'));
    await first.close();
    await appendFile(join(directory, '2026-01-02.node-0.jsonl'), '{"phase":"outcome","eventNa');
    const second = await open();
    await second.append(event('Next'));
    await second.close();
    assert.deepEqual(await names(), ['Whole', 'AuditLogNote', 'Next']);
    const note = JSON.parse((await lines())[1] ?? '') as { note: string; bytes: number };
    assert.equal(note.note, 'a line that a crash cut off was removed');
    assert.equal(note.bytes, 27);
    assert.deepEqual(await verifyAuditLog(directory), { records: 3, problems: [] });
  });

  test('reads the end of a file whose last line is longer than one read', async () => {
    const first = await open();
    await first.append(event('Short'));
    await first.append({ ...event('Long'), requestParameters: { policy: 'x'.repeat(200_000) } });
    await first.close();
    const second = await open();
    await second.append(event('Next'));
    await second.close();
    assert.deepEqual(await verifyAuditLog(directory), { records: 3, problems: [] });
  });

  test('begins anew after a crash between making a file and writing to it', async () => {
    const first = await open();
    await first.append(event('Day'));
    await first.close();
    await writeFile(join(directory, '2026-01-03.node-0.jsonl'), '');
    const second = await open(() => day + 86_400_000);
    await second.append(event('Next'));
    await second.close();
    assert.deepEqual(await verifyAuditLog(directory), { records: 2, problems: [] });
  });

  test('does not start on a file whose last line is no record', async () => {
    const first = await open();
    await first.append(event('One'));
    await first.close();
    await appendFile(join(directory, '2026-01-02.node-0.jsonl'), 'not a record\n');
    await assert.rejects(open(), (error) => {
      assert.ok(error instanceof AuditLogError);
      assert.equal((error.cause as Error).message, 'not a record of a chain');
      return true;
    });
  });

  test('leaves the files of other writers alone', async () => {
    const one = await open();
    const two = await openAuditLog({ directory, writer: 'node-1', clock: () => day });
    await Promise.all([one.append(event('One')), two.append(event('Two'))]);
    await Promise.all([one.close(), two.close()]);
    assert.deepEqual(await names('2026-01-02.node-0.jsonl'), ['One']);
    assert.deepEqual(await names('2026-01-02.node-1.jsonl'), ['Two']);
  });
});

describe('verifying the audit log', () => {
  const file = '2026-01-02.node-0.jsonl';

  async function written(): Promise<string[]> {
    const log = await open();
    for (const name of ['One', 'Two', 'Three']) await log.append(event(name));
    await log.close();
    return lines();
  }

  const tampered: Record<string, { change(all: string[]): string[]; line: number; problem: string }> = {
    'a changed record': {
      change: ([one = '', ...rest]) => [one.replace('127.0.0.1', '127.0.0.2'), ...rest],
      line: 2,
      problem: 'record 1 does not follow from the record before it',
    },
    'a removed record': {
      change: ([one = '', , three = '']) => [one, three],
      line: 2,
      problem: 'record 2 stands where record 1 should',
    },
    'a removed beginning': {
      change: ([, ...rest]) => rest,
      line: 1,
      problem: 'record 1 stands where record 0 should',
    },
    'records in another order': {
      change: ([one = '', two = '', three = '']) => [two, one, three],
      line: 1,
      problem: 'record 1 stands where record 0 should',
    },
    'a record put in between': {
      change: ([one = '', ...rest]) => [one, one, ...rest],
      line: 2,
      problem: 'record 0 stands where record 1 should',
    },
    'a line that is no record': {
      change: ([one = '', ...rest]) => [one, '{}', ...rest],
      line: 2,
      problem: 'not a record of a chain',
    },
  };
  for (const [name, { change, line, problem }] of Object.entries(tampered)) {
    test(`finds ${name}`, async () => {
      await writeFile(join(directory, file), `${change(await written()).join('\n')}\n`);
      const report = await verifyAuditLog(directory);
      assert.deepEqual(report.problems, [{ file, line, problem }]);
    });
  }
});
