/** `2026-01-02.node-1-0.jsonl`: the UTC day, then the process that writes it. */
export function fileName(day: string, writer: string): string {
  return `${day}.${writer}.jsonl`;
}

/** The day and writer of a file name, or undefined for a file that is none of the log's. */
export function parseFileName(name: string): { readonly day: string; readonly writer: string } | undefined {
  const match = /^([0-9]{4}-[0-9]{2}-[0-9]{2})\.([A-Za-z0-9-]+)\.jsonl$/.exec(name);
  return match === null ? undefined : { day: match[1] ?? '', writer: match[2] ?? '' };
}

/** The days of each writer's files among these names, the oldest first. */
export function daysOfWriters(names: readonly string[]): ReadonlyMap<string, readonly string[]> {
  const writers = new Map<string, string[]>();
  for (const name of [...names].sort()) {
    const parsed = parseFileName(name);
    if (parsed !== undefined) writers.set(parsed.writer, [...(writers.get(parsed.writer) ?? []), parsed.day]);
  }
  return writers;
}
