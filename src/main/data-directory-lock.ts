import { open, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';

/** Another `brevet serve` already uses the data directory. */
export class DataDirectoryInUse extends Error {
  readonly code = 'DataDirectoryInUse';
}

/**
 * Keeps a second service out of a data directory: two would write the same audit files.
 * A lock whose process is gone is taken over. Returns what gives the lock back.
 */
export async function lockDataDirectory(dataDirectory: string): Promise<() => Promise<void>> {
  const path = join(dataDirectory, 'serve.lock');
  for (let attempt = 0; attempt < 3; attempt++) {
    try {
      const file = await open(path, 'wx', 0o600);
      await file.writeFile(`${process.pid}\n`);
      await file.close();
      return () => rm(path, { force: true });
    } catch (error) {
      if (!isCode(error, 'EEXIST')) throw error;
    }
    const owner = Number.parseInt(await readFile(path, 'utf8').catch(() => ''), 10);
    if (isAlive(owner)) {
      throw new DataDirectoryInUse(`${dataDirectory} is in use by another brevet serve (process ${owner})`);
    }
    await rm(path, { force: true });
  }
  throw new DataDirectoryInUse(`${dataDirectory} is being taken by another brevet serve`);
}

function isAlive(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0 || pid === process.pid) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return isCode(error, 'EPERM');
  }
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
