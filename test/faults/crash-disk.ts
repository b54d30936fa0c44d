import type { AuditFiles } from '#stores/audit-log';

interface Content {
  /** What a crash leaves for certain. */
  durable: Buffer;
  /** What the running process reads. */
  written: Buffer;
}

/**
 * A disk whose process is killed at its nth step: that step and all later ones never end. Of what was written and not synced, a crash
 * leaves any first part.
 */
export class CrashDisk implements AuditFiles {
  /** Resolves when the process is dead. */
  readonly dead: Promise<void>;
  readonly #files: Map<string, Content>;
  readonly #deadAt: number;
  #die: () => void = () => undefined;
  #steps = 0;

  constructor(deadAt: number, left: ReadonlyMap<string, Buffer> = new Map()) {
    this.#deadAt = deadAt;
    this.#files = new Map([...left].map(([name, bytes]) => [name, { durable: bytes, written: bytes }]));
    this.dead = new Promise((resolve) => {
      this.#die = resolve;
    });
  }

  /** What is left after the crash; `part`, from 0 to 1, says how much of what was not synced. */
  left(part: number): ReadonlyMap<string, Buffer> {
    const files = new Map<string, Buffer>();
    for (const [name, { durable, written }] of this.#files) {
      const unsynced = Math.max(0, written.length - durable.length);
      files.set(name, written.subarray(0, durable.length + Math.floor(unsynced * part)));
    }
    return files;
  }

  async list(): Promise<readonly string[]> {
    return [...this.#files.keys()];
  }

  async open(_directory: string, name: string): ReturnType<AuditFiles['open']> {
    await this.#step();
    const content = this.#files.get(name) ?? { durable: Buffer.alloc(0), written: Buffer.alloc(0) };
    this.#files.set(name, content);
    return {
      size: async () => content.written.length,
      read: async (position, length) => content.written.subarray(position, position + length),
      write: async (bytes, position) => {
        content.written = Buffer.concat([content.written.subarray(0, position), bytes]);
        await this.#step();
      },
      sync: async () => {
        await this.#step();
        content.durable = content.written;
      },
      truncate: async (size) => {
        content.written = content.written.subarray(0, size);
        content.durable = content.durable.subarray(0, size);
        await this.#step();
      },
      close: async () => undefined,
    };
  }

  async #step(): Promise<void> {
    this.#steps += 1;
    if (this.#steps < this.#deadAt) return;
    this.#die();
    await new Promise<never>(() => undefined);
  }
}
