import assert from 'node:assert/strict';
import { chmod, mkdir, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { beforeEach, describe, type TestContext, test } from 'node:test';
import { temporaryDirectory } from '../../../../test/temporary-directory.ts';
import { readPrivate, removePrivate, writePrivate } from './private-files.ts';

async function directoryOf(context: TestContext): Promise<string> {
  const directory = join(await temporaryDirectory(context), 'brevet', 'default');
  return directory;
}

describe('a private file', () => {
  let count = 0;
  beforeEach(() => {
    count += 1;
  });
  const unique = (): string => `u${count}`;

  test('is written for its owner alone, in a directory for its owner alone, and nothing else is left there', async (t) => {
    const directory = await directoryOf(t);
    const file = join(directory, 'session.json');
    await writePrivate(file, 'one', unique());
    await writePrivate(file, 'two', unique());
    assert.equal(await readPrivate(file), 'two');
    assert.equal((await stat(file)).mode & 0o777, 0o600);
    for (const one of [directory, join(directory, '..')]) assert.equal((await stat(one)).mode & 0o777, 0o700);
    assert.deepEqual(await readdir(directory), ['session.json']);
  });

  test('is no more than missing where there is none', async (t) => {
    const directory = await directoryOf(t);
    assert.equal(await readPrivate(join(directory, 'session.json')), undefined);
    await mkdir(directory, { recursive: true, mode: 0o700 });
    assert.equal(await readPrivate(join(directory, 'session.json')), undefined);
  });

  for (const mode of [0o640, 0o604, 0o620, 0o602, 0o610]) {
    test(`is not read with mode ${mode.toString(8)}, and is replaced by one that is right`, async (t) => {
      const file = join(await directoryOf(t), 'session.json');
      await writePrivate(file, 'one', unique());
      await chmod(file, mode);
      await assert.rejects(readPrivate(file), {
        message: `others can get at ${file}: chmod go= it, or remove it`,
      });
      await writePrivate(file, 'two', unique());
      assert.equal(await readPrivate(file), 'two');
    });
  }

  test('is not read when it is of another user', async (t) => {
    const directory = await directoryOf(t);
    const file = join(directory, 'session.json');
    await writePrivate(file, 'one', unique());
    const another = (process.geteuid?.() ?? 0) + 1;
    await assert.rejects(readPrivate(file, another), { message: `${directory} belongs to another user` });
  });

  test('is neither read nor written in a directory that others can get at', async (t) => {
    const directory = await directoryOf(t);
    const file = join(directory, 'session.json');
    await writePrivate(file, 'one', unique());
    await chmod(directory, 0o750);
    const isRefused = { message: `others can get at ${directory}: chmod go= it, or remove it` };
    await assert.rejects(readPrivate(file), isRefused);
    await assert.rejects(writePrivate(file, 'two', unique()), isRefused);
    await assert.rejects(removePrivate(directory), isRefused);
    assert.equal(await readFile(file, 'utf8'), 'one');
  });

  test('is not read through a link, and a link is replaced, not what it leads to', async (t) => {
    const directory = await directoryOf(t);
    const file = join(directory, 'session.json');
    const elsewhere = join(directory, '..', 'elsewhere');
    await mkdir(directory, { recursive: true, mode: 0o700 });
    await writeFile(elsewhere, 'theirs', { mode: 0o600 });
    await symlink(elsewhere, file);
    await assert.rejects(readPrivate(file), { message: `${file} is a link: remove it` });
    await writePrivate(file, 'mine', unique());
    assert.equal(await readFile(elsewhere, 'utf8'), 'theirs');
    assert.equal(await readPrivate(file), 'mine');
  });

  test('is not in a directory that is a link', async (t) => {
    const directory = await directoryOf(t);
    const real = join(directory, '..', 'real');
    await mkdir(real, { recursive: true, mode: 0o700 });
    await symlink(real, directory);
    const file = join(directory, 'session.json');
    await assert.rejects(writePrivate(file, 'one', unique()), { message: `${directory} is no directory` });
    await assert.rejects(readPrivate(file), { message: `${directory} is no directory` });
    await assert.rejects(removePrivate(directory), { message: `${directory} is no directory` });
  });

  test('is not read when it is a directory, or larger than any session', async (t) => {
    const directory = await directoryOf(t);
    const file = join(directory, 'session.json');
    await mkdir(file, { recursive: true, mode: 0o700 });
    await assert.rejects(readPrivate(file), { message: `${file} is no file of brevet's` });
    await rm(file, { recursive: true });
    await writePrivate(file, 'a'.repeat(65_537), unique());
    await assert.rejects(readPrivate(file), { message: `${file} is no file of brevet's` });
  });

  test('leaves nothing of itself behind when it cannot be put in place', async (t) => {
    const directory = await directoryOf(t);
    const file = join(directory, 'session.json');
    await mkdir(join(file, 'full'), { recursive: true, mode: 0o700 });
    await assert.rejects(writePrivate(file, 'one', unique()), { code: /EISDIR|ENOTEMPTY|EEXIST/ });
    assert.deepEqual(await readdir(directory), ['session.json']);
  });

  test('is gone with its directory, once', async (t) => {
    const directory = await directoryOf(t);
    await writePrivate(join(directory, 'session.json'), 'one', unique());
    assert.equal(await removePrivate(directory), true);
    assert.equal(await removePrivate(directory), false);
  });
});
