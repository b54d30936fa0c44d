import assert from 'node:assert/strict';
import { copyFile, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, describe, test } from 'node:test';
import { AuditChainError } from '#core/audit';
import { auditEvent } from '../../../test/audit-event.ts';
import { openAuditLog, trimAuditLog, verifyAuditLog } from './index.ts';

const dayMs = 86_400_000;
const first = Date.UTC(2026, 0, 1);
const today = first + 10 * dayMs;
const keep = { compressAfterDays: undefined, deleteAfterDays: undefined };
let root = '';
let directory = '';
let count = 0;

before(async () => {
  root = await mkdtemp(join(tmpdir(), 'brevet-retention-'));
});
after(() => rm(root, { recursive: true }));

/** Ten days of two records each; the newest file is of the tenth day. */
beforeEach(async () => {
  count += 1;
  directory = join(root, `audit-${count}`);
  for (let day = 0; day < 10; day++) await write(first + day * dayMs);
});

async function write(now: number): Promise<void> {
  const log = await openAuditLog({ directory, writer: 'node-0', clock: () => now });
  await log.append(auditEvent('One'));
  await log.append(auditEvent('Two'));
  await log.close();
}

const file = (day: number): string => `2026-01-${String(day).padStart(2, '0')}.node-0.jsonl`;

describe('the audit log, as it grows old', () => {
  test('is kept for ever as it was written unless the operator says otherwise', async () => {
    assert.deepEqual(await trimAuditLog(directory, keep, today + 10_000 * dayMs), {
      compressed: [],
      deleted: [],
    });
    assert.equal((await readdir(directory)).length, 10);
  });

  test('is compressed, and verified like before', async () => {
    const { compressed } = await trimAuditLog(directory, { ...keep, compressAfterDays: 7 }, today);
    assert.deepEqual(compressed, [file(1), file(2), file(3)]);
    assert.deepEqual((await readdir(directory)).sort().slice(0, 4), [
      `${file(1)}.gz`,
      `${file(2)}.gz`,
      `${file(3)}.gz`,
      file(4),
    ]);
    assert.deepEqual(await verifyAuditLog(directory), { records: 20, problems: [] });
    const bytes = await readFile(join(directory, `${file(2)}.gz`));
    bytes[bytes.length - 9] = (bytes.at(-9) ?? 0) ^ 1;
    await writeFile(join(directory, `${file(2)}.gz`), bytes);
    const { problems } = await verifyAuditLog(directory);
    assert.deepEqual(
      problems.map((problem) => [problem.file, problem.problem]),
      [[`${file(2)}.gz`, 'the compressed file is damaged']],
    );
  });

  test('is deleted, and verified from where the deletion left its chain', async () => {
    const { deleted } = await trimAuditLog(directory, { ...keep, deleteAfterDays: 7 }, today);
    assert.deepEqual(deleted, [
      { file: file(1), lastSequence: 1 },
      { file: file(2), lastSequence: 3 },
      { file: file(3), lastSequence: 5 },
    ]);
    await write(today);
    assert.deepEqual(await verifyAuditLog(directory), { records: 16, problems: [] });
    await rm(join(directory, file(4)));
    assert.deepEqual((await verifyAuditLog(directory)).problems, [
      { file: file(5), line: 1, problem: 'record 8 stands where record 6 should' },
    ]);
  });

  test('is deleted after it was compressed', async () => {
    await trimAuditLog(directory, { ...keep, compressAfterDays: 5 }, today);
    const { deleted } = await trimAuditLog(directory, { ...keep, deleteAfterDays: 8 }, today);
    assert.deepEqual(
      deleted.map(({ file: name }) => name),
      [`${file(1)}.gz`, `${file(2)}.gz`],
    );
    assert.deepEqual(await verifyAuditLog(directory), { records: 16, problems: [] });
  });

  test('keeps the newest file of a process, from which its chain goes on', async () => {
    await trimAuditLog(directory, { compressAfterDays: 1, deleteAfterDays: 1 }, today + 1000 * dayMs);
    assert.deepEqual((await readdir(directory)).sort(), [file(10), 'anchors.json']);
    await write(today);
    assert.deepEqual(await verifyAuditLog(directory), { records: 4, problems: [] });
  });

  test('finishes what was begun when it was killed between the anchor and the file', async () => {
    const copy = join(directory, 'copy');
    await copyFile(join(directory, file(1)), copy);
    await trimAuditLog(directory, { ...keep, deleteAfterDays: 9 }, today);
    await copyFile(copy, join(directory, file(1)));
    await rm(copy);
    assert.deepEqual(await verifyAuditLog(directory), { records: 18, problems: [] });
    const { deleted } = await trimAuditLog(directory, { ...keep, deleteAfterDays: 9 }, today);
    assert.deepEqual(deleted, [{ file: file(1), lastSequence: 1 }]);
    assert.deepEqual(await verifyAuditLog(directory), { records: 18, problems: [] });
  });

  test('does not delete a file that was changed: it is evidence', async () => {
    const text = await readFile(join(directory, file(2)), 'utf8');
    await writeFile(join(directory, file(2)), text.replace('"One"', '"Won"'));
    await assert.rejects(
      trimAuditLog(directory, { ...keep, deleteAfterDays: 5 }, today),
      (error) => error instanceof AuditChainError,
    );
    assert.equal((await readdir(directory)).includes(file(2)), true);
    assert.deepEqual((await verifyAuditLog(directory)).problems, [
      { file: file(2), line: 2, problem: 'record 3 does not follow from the record before it' },
    ]);
  });

  test('may end with a line that is being written, in its newest file only', async () => {
    const torn = async (name: string): Promise<void> => {
      const text = await readFile(join(directory, name), 'utf8');
      await writeFile(join(directory, name), `${text}{"phase":`);
    };
    await torn(file(10));
    assert.deepEqual((await verifyAuditLog(directory)).problems, []);
    await torn(file(9));
    assert.deepEqual((await verifyAuditLog(directory)).problems, [
      { file: file(9), line: 3, problem: 'not a record of a chain' },
    ]);
  });
});
