/** `2026-01-02.node-1-0.jsonl`: the UTC day, then the process that writes it. */
export function fileName(day: string, writer: string): string {
  return `${day}.${writer}.jsonl`;
}

/** The name of a file once it is compressed. */
export function compressedName(file: string): string {
  return `${file}.gz`;
}

/** The day and writer of a file name, or undefined for a file that is none of the log's. Compressed files are left out. */
export function parseFileName(name: string): { readonly day: string; readonly writer: string } | undefined {
  const match = /^([0-9]{4}-[0-9]{2}-[0-9]{2})\.([A-Za-z0-9-]+)\.jsonl$/.exec(name);
  return match === null ? undefined : { day: match[1] ?? '', writer: match[2] ?? '' };
}

/** The days of each writer's files among these names, the oldest first. */
export function daysOfWriters(names: readonly string[]): ReadonlyMap<string, readonly string[]> {
  const writers = new Map<string, string[]>();
  for (const name of [...names].sort()) {
    const parsed = parseFileName(name);
    if (parsed === undefined) continue;
    writers.set(parsed.writer, [...(writers.get(parsed.writer) ?? []), parsed.day]);
  }
  return writers;
}

/** The files of each writer, compressed or not, the oldest first. One that is there both ways is taken as it was written. */
export function filesOfWriters(names: readonly string[]): ReadonlyMap<string, readonly string[]> {
  const present = new Set(names);
  const writers = new Map<string, string[]>();
  for (const name of [...names].sort()) {
    const plain = name.endsWith('.jsonl.gz') ? name.slice(0, -'.gz'.length) : name;
    const parsed = parseFileName(plain);
    if (parsed === undefined || (plain !== name && present.has(plain))) continue;
    writers.set(parsed.writer, [...(writers.get(parsed.writer) ?? []), name]);
  }
  return writers;
}

/** The UTC day in a file's name. */
export function dayOfFile(name: string): string {
  return name.slice(0, '2026-01-02'.length);
}
