import { type CloudTrailEvent, parseAuditLine, toCloudTrailEvent } from '#core/audit';
import type { Instant } from '#core/time';
import { encodeLogFile, logFileKey, trailLogs } from '#core/trail';
import { type AuditPosition, type AuditReader, type AuditStep, openAuditReader } from '#stores/audit-log';
import type { TrailDocument } from '#stores/identity';
import type { Spooled } from '#stores/trail-store';
import { liveTrails } from './live-trails.ts';
import type { TrailDeliveryOptions } from './ports.ts';

/** What the spool keeps of the log: how far it was read, and how far each writer's lines are known to stay. */
interface Position {
  readonly read: AuditPosition;
  /**
   * Where `read` stood before it last moved. A line before this had another one follow it on a later reading, so it is durable; what comes
   * after may yet be withdrawn by the log.
   */
  readonly settled: AuditPosition;
}

interface Standing {
  readonly reader: AuditReader;
  /** Number of the last batch. */
  readonly batch: number;
  readonly position: Position;
}

/** A batch ends after this much of the log, so that memory has a bound. */
const mostBatchCharacters = 16_777_216;

/** Makes log files of what the audit log says, for as long as the process runs. */
export class Collector {
  readonly #options: TrailDeliveryOptions;
  /** Undefined at the start and after a failure: then what the spool says counts. */
  #standing: Standing | undefined;

  constructor(options: TrailDeliveryOptions) {
    this.#options = options;
  }

  /**
   * Puts into the spool what has come since the last time. Returns whether the log was read to its end. Rejects when the log cannot be read
   * or the spool not be written; then nothing is lost, and it can be called again.
   */
  async collect(): Promise<boolean> {
    const { identity, spool, clock } = this.#options;
    const { reader, batch, position } = this.#standing ?? (await this.#resume());
    this.#standing = undefined;
    const trails = liveTrails(identity.state);
    const { lines, withdrawn, isAtEnd } = await readBatch(reader, position.settled);
    const files = makeFiles(lines, trails, clock());
    const read = reader.position();
    const next = {
      batch: batch + 1,
      position: { read, settled: settle(position, read, withdrawn) } satisfies Position,
    };
    const hasMoved = JSON.stringify(read) !== JSON.stringify(position.read);
    if (hasMoved) await spool.commit(next, files);
    this.#standing = hasMoved ? { reader, ...next } : { reader, batch, position };
    return isAtEnd;
  }

  async #resume(): Promise<Standing> {
    const { spool, auditDirectory } = this.#options;
    const state = await spool.state();
    // The spool holds what `collect` gave it.
    const position = (state?.position ?? { read: {}, settled: {} }) as Position;
    const reader = openAuditReader({ directory: auditDirectory, from: position.read });
    return { reader, batch: state?.batch ?? 0, position };
  }
}

interface Batch {
  readonly lines: readonly string[];
  /** Writers whose log took something back. */
  readonly withdrawn: ReadonlySet<string>;
  readonly isAtEnd: boolean;
}

async function readBatch(reader: AuditReader, settled: AuditPosition): Promise<Batch> {
  let lines: { readonly file: string; readonly text: string }[] = [];
  const withdrawn = new Set<string>();
  /** A file that is read again was delivered up to here. */
  const skipBelow = new Map<string, number>();
  let characters = 0;
  while (characters < mostBatchCharacters) {
    const steps: readonly AuditStep[] = await reader.read();
    if (steps.length === 0) return { lines: lines.map(({ text }) => text), withdrawn, isAtEnd: true };
    for (const step of steps) {
      if (step.kind === 'withdrawn') {
        const known = settled[step.writer];
        const isSameDay = known !== undefined && step.file.startsWith(`${known.day}.`);
        skipBelow.set(step.file, isSameDay ? known.offset : 0);
        withdrawn.add(step.writer);
        lines = lines.filter(({ file }) => file !== step.file);
      } else if (step.kind === 'line' && step.offset >= (skipBelow.get(step.file) ?? 0)) {
        lines.push(step);
        characters += step.length;
      }
    }
  }
  return { lines: lines.map(({ text }) => text), withdrawn, isAtEnd: false };
}

function settle(before: Position, read: AuditPosition, withdrawn: ReadonlySet<string>): AuditPosition {
  return Object.fromEntries(
    Object.keys(read).flatMap((writer) => {
      const [was, is] = [before.read[writer], read[writer]];
      const hasMoved = was?.day !== is?.day || was?.offset !== is?.offset;
      const settled = hasMoved && !withdrawn.has(writer) ? was : before.settled[writer];
      return settled === undefined ? [] : [[writer, settled] as const];
    }),
  );
}

/** One log file for each trail and Region that something happened in. */
function makeFiles(
  lines: readonly string[],
  trails: readonly TrailDocument[],
  now: Instant,
): readonly { readonly about: Spooled; readonly body: Uint8Array }[] {
  const groups = new Map<string, { trail: TrailDocument; region: string; events: CloudTrailEvent[] }>();
  for (const line of lines) {
    const event = toCloudTrailEvent(parseAuditLine(line));
    if (event === undefined) continue;
    for (const trail of trails) {
      if (!trailLogs(trail, event)) continue;
      const name = `${trail.id} ${event.awsRegion}`;
      const group = groups.get(name) ?? { trail, region: event.awsRegion, events: [] };
      group.events.push(event);
      groups.set(name, group);
    }
  }
  return [...groups.values()].map(({ trail, region, events }) => {
    const { body, ...file } = encodeLogFile(events);
    const place = { prefix: trail.prefix, account: trail.account, region };
    const about = {
      trail: trail.id,
      account: trail.account,
      region,
      bucket: trail.bucket,
      // Two trails may deliver the same events to one bucket.
      key: logFileKey(place, now, `${trail.id} ${file.hashValue}`),
      ...file,
      isDigested: trail.logFileValidation,
    };
    return { about, body };
  });
}
