import process from 'node:process';
import { type DestinationStream, type Logger, pino } from 'pino';

/** A busy service writes its log in pieces of this size, a quiet one after this time at the latest. */
const pieceLength = 4096;
const flushMs = 100;
/** More than a piece: the destination writes when it is told to, so that what is left at the end is not on its way when the process is gone. */
const destinationMinLength = 16_000;

/** Where pieces of the log go. */
export interface LogSink {
  write(text: string): unknown;
  /** Begins to hand what was written to the system. */
  flush(): void;
  /** Returns once all that was written is with the system. */
  flushSync(): void;
}

/** The log of a busy service: JSON lines on stderr, none of them left behind when the process ends. */
export function openLog(level: string): Logger {
  // Listens for the end before the destination does, and so hands over before it closes.
  const lines = new GatheredLines(() => destination);
  for (const event of ['beforeExit', 'exit'] as const) process.on(event, () => lines.flushSync());
  const destination = pino.destination({ fd: 2, sync: false, minLength: destinationMinLength });
  return pino({ level, base: { pid: process.pid } }, lines);
}

/**
 * Gathers lines into pieces. The destination could do that too, but measures all that it holds anew with every line.
 */
export class GatheredLines implements DestinationStream {
  readonly #sink: () => LogSink;
  #held = '';

  constructor(sink: () => LogSink) {
    this.#sink = sink;
    setInterval(() => this.flush(), flushMs).unref();
  }

  write(line: string): void {
    this.#held += line;
    if (this.#held.length >= pieceLength) this.flush();
  }

  flush(): void {
    this.#handOver();
    this.#sink().flush();
  }

  /** Pino calls it after a line that says the process is about to end. */
  flushSync(): void {
    this.#handOver();
    this.#sink().flushSync();
  }

  #handOver(): void {
    if (this.#held !== '') this.#sink().write(this.#held);
    this.#held = '';
  }
}
