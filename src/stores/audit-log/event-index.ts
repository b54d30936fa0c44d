import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { type CloudTrailEvent, lookupValues, parseAuditLine, toCloudTrailEvent } from '#core/audit';
import type { EventPlace, EventQuery } from './event-database.ts';
import type { IndexReply, IndexRequest, IndexThreadData } from './event-index-thread.ts';
import { readAuditLine } from './reader.ts';

/** An event that was looked up. */
export interface FoundEvent {
  /** Its place in the order of events, for the next page. */
  readonly id: number;
  readonly event: CloudTrailEvent;
}

/** Finds events of one account and Region, as LookupEvents does. What it knows of an event is what the log says now. */
export interface EventIndex {
  /** Rejects when the index or the log cannot be read. */
  find(query: EventQuery): Promise<readonly FoundEvent[]>;
  /** Reads on in the log for a while. */
  feed(): Promise<void>;
  close(): Promise<void>;
}

export interface EventIndexOptions {
  /** Where the log is. */
  readonly directory: string;
  /** The database, made from the log when it is missing. Any number of processes may have it open. */
  readonly file: string;
  /** Seconds since the Unix epoch of the oldest event that may be looked up. */
  readonly oldest: () => number;
}

/** Opens an index. Nothing is read, and no thread runs, before the first call. */
export function openEventIndex(options: EventIndexOptions): EventIndex {
  return new ThreadedEventIndex(options);
}

interface Pending {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
}

class ThreadedEventIndex implements EventIndex {
  readonly #options: EventIndexOptions;
  readonly #pending = new Map<number, Pending>();
  #thread: Worker | undefined;
  #number = 0;

  constructor(options: EventIndexOptions) {
    this.#options = options;
  }

  async find(query: EventQuery): Promise<readonly FoundEvent[]> {
    const { directory } = this.#options;
    const places = (await this.#ask({ kind: 'find', query })) as readonly EventPlace[];
    const lines = await Promise.all(places.map((place) => readAuditLine(directory, place)));
    return lines.flatMap((line, index) => {
      const event = toCloudTrailEvent(parseAuditLine(line));
      const id = places[index]?.id;
      return event === undefined || id === undefined || !isAskedFor(event, query) ? [] : [{ id, event }];
    });
  }

  async feed(): Promise<void> {
    await this.#ask({ kind: 'feed' });
  }

  async close(): Promise<void> {
    const thread = this.#thread;
    this.#thread = undefined;
    await thread?.terminate();
    this.#failAll(new Error('the index of events is closed'));
  }

  #ask(request: { kind: 'feed' } | { kind: 'find'; query: EventQuery }): Promise<unknown> {
    this.#thread ??= this.#start();
    const thread = this.#thread;
    this.#number += 1;
    const number = this.#number;
    return new Promise((resolve, reject) => {
      this.#pending.set(number, { resolve, reject });
      thread.postMessage({ ...request, number, oldest: this.#options.oldest() } satisfies IndexRequest);
    });
  }

  #start(): Worker {
    const { directory, file } = this.#options;
    const code = fileURLToPath(
      new URL(`./event-index-thread${extname(fileURLToPath(import.meta.url))}`, import.meta.url),
    );
    const thread = new Worker(code, { workerData: { directory, file } satisfies IndexThreadData });
    // A process that has nothing else to do ends.
    thread.unref();
    thread.on('message', (reply: IndexReply) => {
      const pending = this.#pending.get(reply.number);
      this.#pending.delete(reply.number);
      if ('failure' in reply) pending?.reject(new Error(`the index of events: ${reply.failure}`));
      else pending?.resolve(reply.value);
    });
    thread.on('error', (error: Error) => {
      if (this.#thread === thread) this.#thread = undefined;
      this.#failAll(error);
    });
    return thread;
  }

  #failAll(error: Error): void {
    const waiting = [...this.#pending.values()];
    this.#pending.clear();
    for (const { reject } of waiting) reject(error);
  }
}

/**
 * INVARIANT: no account is shown what is not its own, whatever the index says: the event itself decides, and two values may have one digest.
 */
function isAskedFor(event: CloudTrailEvent, { account, region, attribute }: EventQuery): boolean {
  return (
    event.recipientAccountId === account &&
    event.awsRegion === region &&
    (attribute === undefined || lookupValues(event, attribute.key).includes(attribute.value))
  );
}
