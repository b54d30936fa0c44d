import { createSecretKey, type KeyObject, randomBytes } from 'node:crypto';
import { type FileHandle, link, open, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import { KeyringError } from './keyring-error.ts';

const keyBytes = 32;
/** Read and write by group and others. */
const openToOthers = 0o077;
const longestFileBytes = 1024;

export interface MasterKeyOptions {
  readonly file: string;
  /** Whether to make a key when there is no file. */
  readonly create: boolean;
}

/**
 * The master key of a file: 32 bytes in base64, readable by its owner alone. Creates the file, durably, when asked to and there is none;
 * of processes that start together all end up with the same key. Rejects with KeyringError MasterKeyUnusable.
 */
export async function loadMasterKey({ file, create }: MasterKeyOptions): Promise<KeyObject> {
  try {
    return await readMasterKey(file);
  } catch (error) {
    if (!isCode(error, 'ENOENT')) throw asKeyringError(file, error);
    if (!create) {
      throw new KeyringError('MasterKeyUnusable', `the master key file ${file} does not exist`);
    }
  }
  try {
    await createMasterKey(file);
    return await readMasterKey(file);
  } catch (error) {
    throw asKeyringError(file, error);
  }
}

async function readMasterKey(file: string): Promise<KeyObject> {
  const handle = await open(file, 'r');
  try {
    const { mode, size } = await handle.stat();
    if ((mode & openToOthers) !== 0) {
      throw new KeyringError(
        'MasterKeyUnusable',
        `the master key file ${file} can be read by others (mode ${(mode & 0o777).toString(8)}); chmod 600 it`,
      );
    }
    if (size > longestFileBytes) throw wrongSize(file);
    return parseMasterKey(await handle.readFile('utf8'), file);
  } finally {
    await handle.close();
  }
}

function parseMasterKey(text: string, file: string): KeyObject {
  const trimmed = text.trim();
  const bytes = Buffer.from(trimmed, 'base64');
  if (bytes.length !== keyBytes || bytes.toString('base64') !== trimmed) throw wrongSize(file);
  return createSecretKey(bytes);
}

function wrongSize(file: string): KeyringError {
  return new KeyringError('MasterKeyUnusable', `the master key file ${file} must hold 32 bytes in base64`);
}

/**
 * Writes a new key beside the file and links it into place, so that the file never exists half-written
 * and the first of several processes wins.
 */
async function createMasterKey(file: string): Promise<void> {
  const draft = `${file}.${randomBytes(8).toString('hex')}`;
  const handle = await open(draft, 'wx', 0o600);
  try {
    await writeDurably(handle, `${randomBytes(keyBytes).toString('base64')}\n`);
    await link(draft, file).catch((error: unknown) => {
      if (!isCode(error, 'EEXIST')) throw error;
    });
  } finally {
    await unlink(draft);
  }
  const directory = await open(dirname(file), 'r');
  await directory.sync().finally(() => directory.close());
}

async function writeDurably(handle: FileHandle, text: string): Promise<void> {
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function asKeyringError(file: string, error: unknown): KeyringError {
  if (error instanceof KeyringError) return error;
  return new KeyringError('MasterKeyUnusable', `the master key file ${file} cannot be used`, error);
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
