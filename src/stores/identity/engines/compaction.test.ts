import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';
import SQLite from 'better-sqlite3';
import type { Change, RecordEngine } from '../engine.ts';
import { openSqliteEngine } from './sqlite.ts';

const kept = 10_000;
const anHourMs = 3_600_000;

function accounts(count: number): Change[] {
  return Array.from({ length: count }, (_, index) => ({
    kind: 'account',
    id: `${index % 10}`,
    document: { index },
  }));
}

describe('the change log', () => {
  let directory = '';
  let file = '';
  let engine: RecordEngine;
  let count = 0;
  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'brevet-compaction-'));
  });
  after(() => rm(directory, { recursive: true }));
  beforeEach(async () => {
    count += 1;
    file = join(directory, `${count}.db`);
    engine = await openSqliteEngine({ file });
  });
  afterEach(() => engine.close());

  function age(byMs: number): void {
    const connection = new SQLite(file);
    connection.prepare('update changes set at = at - ?').run(byMs);
    connection.close();
  }

  test('drops changes that are both old and far back, and keeps every record', async () => {
    const sequence = await engine.append(0, () => accounts(kept + 500));
    age(anHourMs + 1);
    const last = await engine.append(sequence, () => accounts(kept));
    assert.equal(await engine.changesAfter(0), 'too-old');
    const changes = await engine.changesAfter(last - kept);
    assert.ok(changes !== 'too-old');
    assert.equal(changes.length, kept);
    const ids: string[] = [];
    for await (const batch of (await engine.load()).records) ids.push(...batch.map((record) => record.id));
    assert.deepEqual(ids, ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9']);
  });

  test('keeps changes of the last hour, however many', async () => {
    const sequence = await engine.append(0, () => accounts(kept + 500));
    age(anHourMs / 2);
    const last = await engine.append(sequence, () => accounts(kept));
    const changes = await engine.changesAfter(0);
    assert.ok(changes !== 'too-old');
    assert.equal(changes.length, last);
  });

  test('keeps the last ten thousand changes, however old', async () => {
    const sequence = await engine.append(0, () => accounts(3 * kept));
    age(1000 * anHourMs);
    const last = await engine.append(sequence, () => accounts(1));
    assert.equal(await engine.changesAfter(last - kept - 1), 'too-old');
    const changes = await engine.changesAfter(last - kept);
    assert.ok(changes !== 'too-old');
    assert.equal(changes.length, kept);
  });
});
