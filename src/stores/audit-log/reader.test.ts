import assert from 'node:assert/strict';
import { appendFile, mkdtemp, readFile, rename, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, describe, test } from 'node:test';
import { type AuditEvent, chainLine, chainStart, parseAuditLine } from '#core/audit';
import { auditEvent } from '../../../test/audit-event.ts';
import {
  type AuditPosition,
  type AuditStep,
  followAuditLog,
  openAuditLog,
  openAuditReader,
  readAuditLine,
  settleAuditLog,
} from './index.ts';

const day = Date.UTC(2026, 0, 2);
let root = '';
let directory = '';
let count = 0;

before(async () => {
  root = await mkdtemp(join(tmpdir(), 'brevet-reader-'));
});
after(() => rm(root, { recursive: true }));
beforeEach(() => {
  count += 1;
  directory = join(root, `audit-${count}`);
});

async function write(names: readonly string[], writer = 'node-0', now = day): Promise<void> {
  const log = await openAuditLog({ directory, writer, clock: () => now });
  for (const name of names) await log.append(auditEvent(name));
  await log.close();
}

function namesOf(steps: readonly AuditStep[]): readonly string[] {
  return steps.map((step) =>
    step.kind === 'line' ? (parseAuditLine(step.text)?.eventName ?? '?') : step.kind,
  );
}

describe('a reader of the audit log', () => {
  test('reads the lines of every writer in their order, day after day', async () => {
    await write(['One', 'Two']);
    await write(['Three'], 'node-0', day + 86_400_000);
    await write(['Other'], 'node-1');
    const reader = openAuditReader({ directory });
    assert.deepEqual(namesOf(await reader.read()), ['One', 'Two', 'Three', 'Other']);
    assert.deepEqual(await reader.read(), []);
  });

  test('goes on where it stood, also from a position that was written down', async () => {
    await write(['One']);
    const first = openAuditReader({ directory });
    await first.read();
    await write(['Two']);
    const from = JSON.parse(JSON.stringify(first.position())) as AuditPosition;
    assert.deepEqual(namesOf(await openAuditReader({ directory, from }).read()), ['Two']);
    assert.deepEqual(namesOf(await first.read()), ['Two']);
  });

  test('leaves a line that is not finished for the next time', async () => {
    await write(['One']);
    const reader = openAuditReader({ directory });
    await reader.read();
    const file = join(directory, '2026-01-02.node-0.jsonl');
    await write(['Two']);
    const whole = await readFile(file, 'utf8');
    await truncate(file, whole.length - 5);
    assert.deepEqual(await reader.read(), []);
    await appendFile(file, whole.slice(-5));
    assert.deepEqual(namesOf(await reader.read()), ['Two']);
  });

  test('goes on with the next day past a line that a crash left unfinished', async () => {
    await write(['One']);
    await appendFile(join(directory, '2026-01-02.node-0.jsonl'), '{"phase":');
    await write(['Two'], 'node-1', day + 86_400_000);
    await rename(join(directory, '2026-01-03.node-1.jsonl'), join(directory, '2026-01-03.node-0.jsonl'));
    const steps = await openAuditReader({ directory }).read();
    assert.deepEqual(namesOf(steps), ['One', 'broken', 'Two']);
  });

  test('says that what it read is void when the log took it back, and reads it again', async () => {
    await write(['One', 'Unsynced']);
    const file = join(directory, '2026-01-02.node-0.jsonl');
    const reader = openAuditReader({ directory });
    await reader.read();
    const [line = ''] = (await readFile(file, 'utf8')).split('\n');
    await writeFile(file, `${line}\n`);
    assert.deepEqual(namesOf(await reader.read()), ['withdrawn', 'One']);
    // Shorter or longer than what was taken back, the next line does not follow from it.
    await write(['Two', 'Three']);
    assert.deepEqual(namesOf(await reader.read()), ['Two', 'Three']);
    await writeFile(file, `${line}\n`);
    await write(['A much longer name than before', 'Four', 'Five']);
    assert.deepEqual(namesOf(await reader.read()), [
      'withdrawn',
      'One',
      'A much longer name than before',
      'Four',
      'Five',
    ]);
  });

  test('names a line that does not follow, reads on, and does not begin again for ever', async () => {
    await write(['One', 'Two', 'Three']);
    const file = join(directory, '2026-01-02.node-0.jsonl');
    const text = await readFile(file, 'utf8');
    await writeFile(file, text.replace('"Two"', '"Too"'));
    const reader = openAuditReader({ directory });
    const steps = await reader.read();
    assert.deepEqual(namesOf(steps), ['One', 'Too', 'broken', 'Three']);
    const broken = steps[2];
    assert.ok(broken?.kind === 'broken');
    assert.equal(broken.problem, 'record 2 does not follow from the record before it');
    await appendFile(file, 'nonsense\n');
    const later: string[] = [];
    for (let round = 0; round < 10; round++) later.push(...namesOf(await reader.read()));
    assert.equal(later.at(-1), 'broken');
    assert.deepEqual(await reader.read(), []);
  });

  test('finds a line again by its place', async () => {
    await write(['One', 'Zwölf', 'Three']);
    const steps = await openAuditReader({ directory }).read();
    const step = steps[1];
    assert.ok(step?.kind === 'line');
    assert.equal(await readAuditLine(directory, step), step.text);
  });

  test('waits for a directory that is not there, and follows what comes', async () => {
    const stop = new AbortController();
    const seen: AuditStep[] = [];
    const following = (async () => {
      for await (const step of followAuditLog(openAuditReader({ directory }), {
        signal: stop.signal,
        pollMs: 1,
      })) {
        seen.push(step);
        if (seen.length === 2) stop.abort();
      }
    })();
    await write(['One', 'Two']);
    await following;
    assert.deepEqual(namesOf(seen), ['One', 'Two']);
  });
});

describe('a log that is opened after a crash', () => {
  const intent = (requestID: string): AuditEvent => ({
    ...auditEvent('CreateUser'),
    phase: 'intent',
    requestID,
    recipientAccountId: '111122223333',
  });

  async function outcomes(): Promise<unknown[]> {
    const steps = await openAuditReader({ directory }).read();
    return steps.flatMap((step) => {
      const entry = step.kind === 'line' ? parseAuditLine(step.text) : undefined;
      return entry?.phase === 'outcome'
        ? [[entry.requestID, entry.errorCode, entry.additionalEventData?.outcome]]
        : [];
    });
  }

  test('writes the outcome of every intent that has none, once', async () => {
    const crashed = await openAuditLog({ directory, writer: 'node-0', clock: () => day });
    await crashed.append(intent('r1'));
    await crashed.append(intent('r2'));
    await crashed.append({ ...auditEvent('CreateUser'), requestID: 'r1' });
    await crashed.append(intent('r3'));
    await crashed.close();
    for (const now of [day + 86_400_000, day + 2 * 86_400_000]) {
      const log = await openAuditLog({ directory, writer: 'node-0', clock: () => now });
      await log.close();
    }
    assert.deepEqual(await outcomes(), [
      ['r1', undefined, undefined],
      ['r2', 'InternalFailure', 'unknown'],
      ['r3', 'InternalFailure', 'unknown'],
    ]);
  });

  test('does so for writers that are not running, and for no others', async () => {
    for (const writer of ['node-0', 'node-1']) {
      const log = await openAuditLog({ directory, writer, clock: () => day });
      await log.append(intent(writer));
      await log.close();
    }
    await settleAuditLog({
      directory,
      clock: () => day,
      running: new Set(['node-1']),
      onFailure: assert.fail,
    });
    assert.deepEqual(await outcomes(), [['node-0', 'InternalFailure', 'unknown']]);
  });

  test('settles the others when the files of one are broken', async () => {
    for (const writer of ['node-0', 'node-1']) {
      const log = await openAuditLog({ directory, writer, clock: () => day });
      await log.append(intent(writer));
      await log.close();
    }
    await appendFile(join(directory, '2026-01-02.node-0.jsonl'), 'nonsense\n');
    const broken: string[] = [];
    await settleAuditLog({
      directory,
      clock: () => day,
      running: new Set(),
      onFailure: (writer, error) => broken.push(`${writer}: ${String((error as Error).cause)}`),
    });
    assert.deepEqual(broken, ['node-0: Error: not a record of a chain']);
    assert.deepEqual(await outcomes(), [['node-1', 'InternalFailure', 'unknown']]);
  });

  test('looks back into earlier days as far as the oldest intent is', async () => {
    let now = day;
    const crashed = await openAuditLog({ directory, writer: 'node-0', clock: () => now });
    await crashed.append(intent('r1'));
    now += 86_400_000;
    for (let index = 0; index < 200; index++) await crashed.append(auditEvent(`Read${index}`));
    await crashed.close();
    await settleAuditLog({ directory, clock: () => now, running: new Set(), onFailure: assert.fail });
    assert.deepEqual((await outcomes()).at(-1), ['r1', 'InternalFailure', 'unknown']);
  });

  test('a chain is what its lines say, whatever is in them', () => {
    const { line } = chainLine({ phase: 'outcome', chain: { unfinished: 3 } }, chainStart);
    assert.deepEqual(JSON.parse(line).chain, chainStart);
  });
});
