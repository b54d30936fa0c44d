import { constants } from 'node:fs';
import { mkdir, open, readdir } from 'node:fs/promises';

/** One open file of the log. */
export interface AuditFile {
  size(): Promise<number>;
  read(position: number, length: number): Promise<Buffer>;
  write(bytes: Buffer, position: number): Promise<void>;
  /** Resolves once everything written is on the disk. */
  sync(): Promise<void>;
  truncate(size: number): Promise<void>;
  close(): Promise<void>;
}

/** The file system as the log uses it; tests hand in one that fails. */
export interface AuditFiles {
  /** Names of the files of a directory, which is made when it is not there. */
  list(directory: string): Promise<readonly string[]>;
  /** Opens for reading and writing; made, readable by its owner alone, when it is not there. */
  open(directory: string, name: string): Promise<AuditFile>;
}

/**
 * On Linux a write to a file that is opened so returns when the data is on the disk, as if fdatasync followed (open(2), O_DSYNC): one
 * wait for a thread less, which counts when all cores are busy. Elsewhere the flag is missing or promises less.
 */
const writesThrough = process.platform === 'linux';
const flags = constants.O_CREAT | constants.O_RDWR | (writesThrough ? constants.O_DSYNC : 0);

export const systemFiles: AuditFiles = {
  async list(directory) {
    await mkdir(directory, { recursive: true, mode: 0o700 });
    return await readdir(directory);
  },
  async open(directory, name) {
    const path = `${directory}/${name}`;
    const handle = await open(path, flags, 0o600);
    let isSynced = writesThrough;
    const folder = await open(directory, 'r');
    await folder.sync().finally(() => folder.close());
    return {
      size: async () => (await handle.stat()).size,
      async read(position, length) {
        const { buffer, bytesRead } = await handle.read(Buffer.alloc(length), 0, length, position);
        return buffer.subarray(0, bytesRead);
      },
      async write(bytes, position) {
        // A write may take less than it was given, for instance on a disk that fills up.
        for (let done = 0; done < bytes.length; ) {
          const { bytesWritten } = await handle.write(bytes, done, bytes.length - done, position + done);
          done += bytesWritten;
        }
      },
      async sync() {
        if (!isSynced) await handle.datasync();
        isSynced = writesThrough;
      },
      truncate(size) {
        isSynced = false;
        return handle.truncate(size);
      },
      close: () => handle.close(),
    };
  },
};
