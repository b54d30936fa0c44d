import { setImmediate } from 'node:timers/promises';
import {
  type AuditEvent,
  type AuditNote,
  auditNote,
  type ChainPosition,
  chainLine,
  chainStart,
  parseAuditLine,
  readChain,
  unknownOutcome,
} from '#core/audit';
import { type Clock, formatIsoSeconds, type Instant } from '#core/time';
import { type AuditFile, type AuditFiles, systemFiles } from './files.ts';
import { fileName, parseFileName } from './names.ts';
import { linesBackward, readTail } from './tail.ts';

/** The log could not take a record: nothing that needs one may be done. `cause` is the file system's own error. */
export class AuditLogError extends Error {
  readonly code = 'Unavailable';

  constructor(cause: unknown) {
    super('the audit log cannot be written', { cause });
    this.name = 'AuditLogError';
  }
}

export interface AuditLog {
  /** Resolves once the records are on the disk, one after another; rejects with AuditLogError when none of them is or will be. */
  append(...events: readonly AuditEvent[]): Promise<void>;
  /** Writes the record soon. While the log cannot be written, the first ten thousand are kept and the rest counted. */
  appendLater(event: AuditEvent | AuditNote): void;
  /** False from a failed write until the log can be written again. */
  healthy(): boolean;
  /** Writes what is waiting, then closes. Rejects with AuditLogError when that fails. */
  close(): Promise<void>;
}

export interface AuditLogOptions {
  readonly directory: string;
  /** Names this process's files: letters, digits and hyphens. No two processes with one directory share it. */
  readonly writer: string;
  readonly clock: Clock;
  readonly files?: AuditFiles;
  /** Told when so many records are about to go to the disk; what it returns is told whether they did. */
  readonly watch?: (records: number) => (succeeded: boolean) => void;
}

interface Waiting {
  readonly events: readonly (AuditEvent | AuditNote)[];
  /** Absent for records nobody waits for. */
  readonly settle?: { readonly resolve: () => void; readonly reject: (error: AuditLogError) => void };
}

/** How much of the file is known to be on the disk, and where the chain stands there. */
interface Mark {
  readonly size: number;
  readonly position: ChainPosition;
  /** The numbers of the intents without an outcome so far, by request, in their order. */
  readonly unfinished: ReadonlyMap<string, number>;
}

const mostKept = 10_000;
const gatherMs = 50;
const probeMs = 1000;

/** Opens the log of one process: goes on with the chain its newest file ends with. Rejects with AuditLogError. */
export async function openAuditLog(options: AuditLogOptions): Promise<AuditLog> {
  const log = new FileAuditLog(options);
  try {
    await log.open();
  } catch (error) {
    throw new AuditLogError(error);
  }
  return log;
}

/**
 * Repairs what crashes left behind in the files of writers that do not run any more: cuts off torn lines, and writes the outcome of every
 * intent that has none. `onFailure` is told of a writer whose files cannot be repaired; the others are. Rejects with AuditLogError when the
 * directory cannot be read. INVARIANT: none of these writers is running; `running` names those that are.
 */
export async function settleAuditLog(
  options: Omit<AuditLogOptions, 'writer'> & {
    readonly running: ReadonlySet<string>;
    readonly onFailure: (writer: string, error: unknown) => void;
  },
): Promise<void> {
  const { running, onFailure, ...shared } = options;
  const names = await (options.files ?? systemFiles).list(options.directory).catch((error: unknown) => {
    throw new AuditLogError(error);
  });
  const writers = new Set(names.flatMap((name) => parseFileName(name)?.writer ?? []));
  for (const writer of writers) {
    if (running.has(writer)) continue;
    try {
      const log = await openAuditLog({ ...shared, writer });
      await log.close();
    } catch (error) {
      onFailure(writer, error);
    }
  }
}

class FileAuditLog implements AuditLog {
  readonly #options: AuditLogOptions;
  readonly #files: AuditFiles;
  /** Undefined after a failure: the handle may be what is broken, so the file is opened again. */
  #file: AuditFile | undefined;
  #day = '';
  #durable: Mark = { size: 0, position: chainStart, unfinished: new Map() };
  #queue: Waiting[] = [];
  #dropped = 0;
  #isHealthy = true;
  #isClosed = false;
  #draining: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: AuditLogOptions) {
    this.#options = options;
    this.#files = options.files ?? systemFiles;
  }

  async open(): Promise<void> {
    const { directory, writer, clock } = this.#options;
    const days = (await this.#files.list(directory)).flatMap((name) => {
      const parsed = parseFileName(name);
      return parsed?.writer === writer ? [parsed.day] : [];
    });
    // The newest file may hold no line yet: a crash can come between making it and writing to it.
    for (const day of days.sort().reverse()) {
      const file = await this.#files.open(directory, fileName(day, writer));
      try {
        if (await this.#goOnWith(file, day, days)) return;
      } catch (error) {
        await closeQuietly(file);
        throw error;
      }
      await file.close();
    }
    this.#file = await this.#openDay(utcDay(clock()));
  }

  /** Goes on with the chain that a file ends with; false when it holds no whole line. */
  async #goOnWith(file: AuditFile, day: string, days: readonly string[]): Promise<boolean> {
    const tail = await readTail(file);
    if (tail.tornBytes > 0) {
      await file.truncate(tail.size);
      await file.sync();
      const details = { bytes: tail.tornBytes };
      this.#enqueue({
        events: [auditNote('a line that a crash cut off was removed', details, this.#options.clock())],
      });
    }
    if (tail.last === undefined) return false;
    const unfinished = await this.#findUnfinished(days, tail.last.line);
    this.#file = file;
    this.#day = day;
    this.#durable = {
      size: tail.size,
      position: tail.last.position,
      unfinished: new Map(unfinished.map(({ intent, sequence }) => [intent.requestID, sequence])),
    };
    if (unfinished.length > 0)
      this.#enqueue({ events: unfinished.map(({ intent }) => unknownOutcome(intent)) });
    return true;
  }

  /** The intents that a crash left without an outcome, the oldest first: the last line says how far back the oldest is. */
  async #findUnfinished(
    days: readonly string[],
    lastLine: string,
  ): Promise<readonly { readonly intent: AuditEvent; readonly sequence: number }[]> {
    const oldest = readChain(lastLine)?.unfinished;
    if (oldest === undefined) return [];
    const found: { readonly intent: AuditEvent; readonly sequence: number }[] = [];
    const finished = new Set<string>();
    for (const day of days.toSorted().reverse()) {
      const file = await this.#files.open(this.#options.directory, fileName(day, this.#options.writer));
      try {
        for await (const { line } of linesBackward(file)) {
          const sequence = readChain(line)?.sequence ?? -1;
          if (sequence < oldest) return found.reverse();
          const entry = parseAuditLine(line);
          if (entry?.phase === 'outcome') finished.add(entry.requestID);
          if (entry?.phase === 'intent' && !finished.has(entry.requestID))
            found.push({ intent: entry, sequence });
        }
      } finally {
        await file.close();
      }
    }
    return found.reverse();
  }

  append(...events: readonly AuditEvent[]): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.#isClosed) {
        reject(new AuditLogError(new Error('the audit log is closed')));
        return;
      }
      this.#queue.push({ events, settle: { resolve, reject } });
      this.#draining ??= this.#drain();
    });
  }

  appendLater(event: AuditEvent | AuditNote): void {
    this.#enqueue({ events: [event] });
  }

  healthy(): boolean {
    return this.#isHealthy;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    await this.#draining;
    const failure = await this.#write();
    await this.#file?.close();
    this.#file = undefined;
    if (failure !== undefined) throw failure;
  }

  #enqueue(waiting: Waiting): void {
    if (this.#queue.length >= mostKept) this.#dropped += 1;
    else this.#queue.push(waiting);
    this.#schedule(gatherMs);
  }

  #schedule(delayMs: number): void {
    if (this.#isClosed) return;
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#draining ??= this.#drain();
    }, delayMs).unref();
  }

  /** Group commit: everything that queued while the last group was being written goes into the next. */
  async #drain(): Promise<void> {
    // Whatever else this turn of the event loop brings belongs to the same group: one sync for all of it.
    await setImmediate();
    do {
      const failure = await this.#write();
      if (failure !== undefined) this.#schedule(probeMs);
    } while (this.#queue.some(({ settle }) => settle !== undefined));
    // In the same tick as the look at the queue, so that no record can come in between and wait for ever.
    this.#draining = undefined;
  }

  /**
   * Writes everything queued and tells those who wait. Answers with the failure, if any; then the log is as if the group had never come,
   * and what nobody waits for is queued again.
   */
  async #write(): Promise<AuditLogError | undefined> {
    const group = this.#queue;
    const dropped = this.#dropped;
    this.#queue = [];
    this.#dropped = 0;
    const watched =
      group.length + dropped === 0
        ? undefined
        : this.#options.watch?.(group.reduce((sum, { events }) => sum + events.length, 0));
    try {
      await this.#commit(group, dropped);
    } catch (error) {
      const failure = new AuditLogError(error);
      watched?.(false);
      this.#isHealthy = false;
      await this.#abandonFile();
      const kept = group.filter(({ settle }) => settle === undefined);
      this.#queue = [...kept, ...this.#queue];
      this.#dropped += dropped;
      for (const { settle } of group) settle?.reject(failure);
      return failure;
    }
    watched?.(true);
    this.#isHealthy = true;
    for (const { settle } of group) settle?.resolve();
    return undefined;
  }

  async #commit(group: readonly Waiting[], dropped: number): Promise<void> {
    const now = this.#options.clock();
    const file = await this.#fileOf(utcDay(now));
    const events = group.flatMap(({ events }) => events);
    if (dropped > 0)
      events.push(auditNote('records of reads and refusals were lost', { records: dropped }, now));
    if (events.length === 0) return;
    let { position } = this.#durable;
    const unfinished = new Map(this.#durable.unfinished);
    let text = '';
    for (const event of events) {
      if (event.phase === 'intent') unfinished.set(event.requestID, position.sequence);
      else if (event.phase === 'outcome') unfinished.delete(event.requestID);
      const oldest = unfinished.values().next().value;
      const { line, next } = chainLine(event, position, oldest);
      text += `${line}\n`;
      position = next;
    }
    const bytes = Buffer.from(text);
    await file.write(bytes, this.#durable.size);
    await file.sync();
    this.#durable = { size: this.#durable.size + bytes.length, position, unfinished };
  }

  /** The file to write to. After a failure, what that left behind the last durable line is cut off first. */
  async #fileOf(day: string): Promise<AuditFile> {
    if (this.#file === undefined) {
      const file = await this.#files.open(this.#options.directory, fileName(this.#day, this.#options.writer));
      try {
        await file.truncate(this.#durable.size);
        await file.sync();
      } catch (error) {
        await closeQuietly(file);
        throw error;
      }
      this.#file = file;
    }
    // A clock that goes back does not reopen an earlier day: a chain runs through its files in order.
    if (day > this.#day) {
      const next = await this.#openDay(day);
      await closeQuietly(this.#file);
      this.#file = next;
    }
    return this.#file;
  }

  async #openDay(day: string): Promise<AuditFile> {
    const file = await this.#files.open(this.#options.directory, fileName(day, this.#options.writer));
    this.#day = day;
    this.#durable = { ...this.#durable, size: 0 };
    return file;
  }

  async #abandonFile(): Promise<void> {
    const file = this.#file;
    this.#file = undefined;
    if (file !== undefined) await closeQuietly(file);
  }
}

/** Closes a handle whose content is settled either way: durable already, or cut off at the next attempt. */
async function closeQuietly(file: AuditFile): Promise<void> {
  try {
    await file.close();
  } catch {
    // Nothing that was acknowledged depends on this handle any more.
  }
}

function utcDay(now: Instant): string {
  return formatIsoSeconds(now).slice(0, 10);
}
