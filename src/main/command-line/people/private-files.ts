import { constants } from 'node:fs';
import { lstat, mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import process from 'node:process';

const longestFile = 65_536;
/** Windows has no such flag, nor modes: there the profile's own directory keeps others out. */
const noFollow = constants.O_NOFOLLOW ?? 0;
const hasModes = process.platform !== 'win32';

/**
 * A file of a directory that nobody else can read, or undefined when there is none. Rejects with Error when others could have read or
 * written it, or it is no plain file: what is in it may then be somebody else's.
 */
export async function readPrivate(path: string, user = process.geteuid?.()): Promise<string | undefined> {
  try {
    await checkDirectory(dirname(path), user);
    const file = await open(path, constants.O_RDONLY | noFollow);
    try {
      const stats = await file.stat();
      if (!stats.isFile() || stats.size > longestFile) throw new Error(`${path} is no file of brevet's`);
      checkOwn(path, stats, user);
      return await file.readFile('utf8');
    } finally {
      await file.close();
    }
  } catch (error) {
    if (isCode(error, 'ENOENT')) return undefined;
    if (isCode(error, 'ELOOP')) throw new Error(`${path} is a link: remove it`);
    throw error;
  }
}

/** Puts a file in place of the one of that name, at once and durably. What is read meanwhile is the one or the other. */
export async function writePrivate(path: string, text: string, unique: string): Promise<void> {
  const directory = dirname(path);
  await mkdir(directory, { recursive: true, mode: 0o700 });
  await checkDirectory(directory);
  const temporary = `${path}.${unique}`;
  const file = await open(temporary, 'wx', 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  try {
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

/** Deletes what is in a directory and the directory. True when there was one. */
export async function removePrivate(directory: string): Promise<boolean> {
  try {
    await checkDirectory(directory);
    for (const name of await readdir(directory)) await rm(join(directory, name), { force: true });
    await rm(directory, { recursive: true });
    return true;
  } catch (error) {
    if (isCode(error, 'ENOENT')) return false;
    throw error;
  }
}

/** Whoever can write the directory can put another file in place of ours. */
async function checkDirectory(directory: string, user = process.geteuid?.()): Promise<void> {
  const stats = await lstat(directory);
  if (!stats.isDirectory()) throw new Error(`${directory} is no directory`);
  checkOwn(directory, stats, user);
}

function checkOwn(
  path: string,
  { uid, mode }: { readonly uid: number; readonly mode: number },
  user: number | undefined,
): void {
  if (!hasModes) return;
  if (uid !== user) throw new Error(`${path} belongs to another user`);
  if ((mode & 0o077) !== 0) throw new Error(`others can get at ${path}: chmod go= it, or remove it`);
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
