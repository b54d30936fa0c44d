import { mkdir, open } from 'node:fs/promises';
import { join } from 'node:path';
import Database from 'better-sqlite3';

/** Another `brevet serve` already uses the data directory. */
export class DataDirectoryInUse extends Error {
  readonly code = 'DataDirectoryInUse';
}

/**
 * Keeps a second service out of a data directory, which is made when it is not there: two would write the same audit files.
 * The lock is the operating system's, taken by SQLite on a file of its own, so a process that dies, however it dies, gives it back.
 * Returns what gives it back otherwise.
 */
export async function lockDataDirectory(dataDirectory: string): Promise<() => void> {
  await mkdir(dataDirectory, { recursive: true, mode: 0o700 });
  const file = join(dataDirectory, 'serve.lock');
  // Made here, since SQLite would make it readable by everyone.
  await (await open(file, 'a', 0o600)).close();
  const lock = new Database(file, { timeout: 0 });
  try {
    lock.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    lock.close();
    if (!isBusy(error)) throw error;
    throw new DataDirectoryInUse(`${dataDirectory} is in use by another brevet serve`);
  }
  return () => lock.close();
}

function isBusy(error: unknown): boolean {
  return error instanceof Database.SqliteError && error.code.startsWith('SQLITE_BUSY');
}
