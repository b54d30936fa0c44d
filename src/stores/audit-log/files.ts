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

export const systemFiles: AuditFiles = {
  async list(directory) {
    await mkdir(directory, { recursive: true, mode: 0o700 });
    return await readdir(directory);
  },
  async open(directory, name) {
    const path = `${directory}/${name}`;
    const handle = await open(path, constants.O_CREAT | constants.O_RDWR, 0o600);
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
      sync: () => handle.datasync(),
      truncate: (size) => handle.truncate(size),
      close: () => handle.close(),
    };
  },
};
