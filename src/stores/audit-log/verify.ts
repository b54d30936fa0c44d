import { createReadStream } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { AuditChainError, type ChainPosition, chainStart, verifyLine } from '#core/audit';
import { parseFileName } from './names.ts';

/** What a directory of audit files holds, and the first thing wrong in each chain. */
export interface AuditLogReport {
  readonly records: number;
  readonly problems: readonly { readonly file: string; readonly line: number; readonly problem: string }[];
}

/**
 * Checks every chain of a directory from its first record to its last. A chain that breaks is reported once, where it breaks.
 * Records cut off the end of a chain show only against a digest kept elsewhere.
 */
export async function verifyAuditLog(directory: string): Promise<AuditLogReport> {
  const writers = new Map<string, string[]>();
  for (const name of (await readdir(directory)).sort()) {
    const writer = parseFileName(name)?.writer;
    if (writer !== undefined) writers.set(writer, [...(writers.get(writer) ?? []), name]);
  }
  const reports = await Promise.all([...writers.values()].map((names) => verifyChain(directory, names)));
  return {
    records: reports.reduce((sum, { records }) => sum + records, 0),
    problems: reports.flatMap(({ problems }) => problems),
  };
}

async function verifyChain(directory: string, names: readonly string[]): Promise<AuditLogReport> {
  let at: ChainPosition = chainStart;
  let records = 0;
  for (const file of names) {
    const lines = createInterface({ input: createReadStream(join(directory, file)), crlfDelay: 0 });
    let line = 0;
    for await (const text of lines) {
      line += 1;
      try {
        at = verifyLine(text, at);
      } catch (error) {
        if (!(error instanceof AuditChainError)) throw error;
        return { records, problems: [{ file, line, problem: error.message }] };
      }
      records += 1;
    }
  }
  return { records, problems: [] };
}
