/** The thread of an event index: reads the log, keeps the database and answers queries, so that no request waits for either. */
import { parentPort, workerData } from 'node:worker_threads';
import { EventDatabase, type EventQuery } from './event-database.ts';
import { type AuditPosition, type AuditReader, type AuditStep, openAuditReader } from './reader.ts';

export interface IndexThreadData {
  readonly directory: string;
  readonly file: string;
}

/** `oldest`: seconds since the Unix epoch of the oldest event worth keeping. */
export type IndexRequest = { readonly number: number; readonly oldest: number } & (
  | { readonly kind: 'feed' }
  | { readonly kind: 'find'; readonly query: EventQuery }
);

export type IndexReply = { readonly number: number } & (
  | { readonly value: unknown }
  | { readonly failure: string }
);

const feedBudgetMs = 25;
/** A query waits so long for the index to catch up with the log, and answers then with what is there. */
const findBudgetMs = 1000;

const { directory, file } = workerData as IndexThreadData;
const database = new EventDatabase(file);
let reader: AuditReader | undefined;
let readerAt = '';
let forgotDay = 0;
/** One after another: a change of the database spans reading files, which others must not get into. */
let working: Promise<void> = Promise.resolve();

parentPort?.on('message', (request: IndexRequest) => {
  working = working.then(async () => {
    parentPort?.postMessage(await answer(request));
  });
});

async function answer(request: IndexRequest): Promise<IndexReply> {
  const { number } = request;
  try {
    await feed(request.oldest, request.kind === 'find' ? findBudgetMs : feedBudgetMs);
    return { number, value: request.kind === 'find' ? database.find(request.query) : undefined };
  } catch (error) {
    return { number, failure: error instanceof Error ? error.message : String(error) };
  }
}

async function feed(oldest: number, budgetMs: number): Promise<void> {
  const day = Math.floor(oldest / 86_400);
  if (day > forgotDay) {
    database.forget(oldest);
    forgotDay = day;
  }
  const end = performance.now() + budgetMs;
  while ((await database.feed((from) => readOn(from, oldest), oldest)) > 0 && performance.now() < end);
}

async function readOn(
  from: AuditPosition,
  oldest: number,
): Promise<{ readonly steps: readonly AuditStep[]; readonly position: AuditPosition }> {
  const text = JSON.stringify(from);
  // Another process may have fed the database meanwhile.
  if (reader === undefined || text !== readerAt) {
    reader = openAuditReader({ directory, from, since: new Date(oldest * 1000).toISOString().slice(0, 10) });
  }
  const steps = await reader.read();
  const position = reader.position();
  readerAt = JSON.stringify(position);
  return { steps, position };
}
