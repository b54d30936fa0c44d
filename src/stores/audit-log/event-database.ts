import { hash } from 'node:crypto';
import { closeSync, openSync, rmSync } from 'node:fs';
import Database from 'better-sqlite3';
import {
  type CloudTrailEvent,
  type LookupAttribute,
  lookupAttributes,
  lookupValues,
  parseAuditLine,
  toCloudTrailEvent,
} from '#core/audit';
import type { AuditPosition, AuditStep } from './reader.ts';

/** Grows with the form of the tables: a database of another form is thrown away and made anew from the log. */
const formVersion = 1;
const perSecond = 1_000_000;
const secondsPerDay = 86_400;

/** Which events are looked for: of one account and Region, newest first. */
export interface EventQuery {
  readonly account: string;
  readonly region: string;
  /** Seconds since the Unix epoch, both included. */
  readonly from: number;
  readonly to: number;
  readonly attribute: { readonly key: LookupAttribute; readonly value: string } | undefined;
  /** Only events before this one; undefined from the newest on. */
  readonly before: number | undefined;
  readonly limit: number;
}

/** Where an event is written. `id` gives the order: it grows with the event's time. */
export interface EventPlace {
  readonly id: number;
  readonly file: string;
  readonly offset: number;
  readonly length: number;
}

interface DayTables {
  readonly insertEvent: Database.Statement;
  readonly insertAttribute: Database.Statement;
  readonly newestOfSecond: Database.Statement;
  readonly find: Database.Statement;
}

/**
 * The index of events: for every account, Region and attribute where the events are in the log. Nothing is known only here.
 * One pair of tables for each day, so that a day goes at once when nobody may look it up any more. Attribute values are kept as 48 bits of
 * their digest: whoever reads an event compares the value itself.
 */
export class EventDatabase {
  readonly #database: Database.Database;
  readonly #tables = new Map<number, DayTables>();
  readonly #scopes = new Map<string, number>();
  readonly #files = new Map<string, number>();

  constructor(file: string) {
    this.#database = openDatabase(file);
  }

  /** Where the log was read up to. */
  position(): AuditPosition {
    const row = this.#database.prepare('SELECT value FROM position').get() as { value: string } | undefined;
    return row === undefined ? {} : (JSON.parse(row.value) as AuditPosition);
  }

  /** Adds what `read` finds after the position, and moves it, as one change. Other processes wait meanwhile. Returns how many steps it found. */
  async feed(
    read: (
      from: AuditPosition,
    ) => Promise<{ readonly steps: readonly AuditStep[]; readonly position: AuditPosition }>,
    oldest: number,
  ): Promise<number> {
    this.#database.exec('BEGIN IMMEDIATE');
    try {
      const { steps, position } = await read(this.position());
      for (const step of steps) this.#take(step, oldest);
      if (steps.length > 0)
        this.#database.prepare('INSERT OR REPLACE INTO position VALUES (1, ?)').run(JSON.stringify(position));
      this.#database.exec('COMMIT');
      return steps.length;
    } catch (error) {
      this.#database.exec('ROLLBACK');
      // What was made in the change is gone with it.
      this.#tables.clear();
      this.#scopes.clear();
      this.#files.clear();
      throw error;
    }
  }

  /** The places of the events of a query, newest first. Two values with one digest are both found. */
  find({ account, region, from, to, attribute, before, limit }: EventQuery): readonly EventPlace[] {
    const scope = this.#database
      .prepare('SELECT id FROM scopes WHERE name = ?')
      .get(`${account}/${region}`) as { id: number } | undefined;
    if (scope === undefined) return [];
    const kind = attribute === undefined ? 0 : lookupAttributes.indexOf(attribute.key) + 1;
    const value = attribute === undefined ? 0 : digest(attribute.value);
    const last = Math.min(to * perSecond + perSecond - 1, (before ?? Number.MAX_SAFE_INTEGER) - 1);
    const found: EventPlace[] = [];
    for (const day of this.#days().reverse()) {
      if (day > dayOf(to) || day < dayOf(from)) continue;
      const rest = limit - found.length;
      const rows = this.#tablesOf(day).find.all(scope.id, kind, value, from * perSecond, last, rest);
      found.push(...(rows as EventPlace[]));
      if (found.length >= limit) break;
    }
    return found;
  }

  /** Drops the days before this one. */
  forget(oldest: number): void {
    for (const day of this.#days()) {
      if (day >= dayOf(oldest)) continue;
      this.#database.exec(`DROP TABLE events_${day}; DROP TABLE attributes_${day}`);
      this.#tables.delete(day);
    }
  }

  close(): void {
    this.#database.close();
  }

  #take(step: AuditStep, oldest: number): void {
    if (step.kind === 'withdrawn') this.#withdraw(step.file);
    if (step.kind !== 'line' || step.text.startsWith('{"phase":"intent"')) return;
    const event = toCloudTrailEvent(parseAuditLine(step.text));
    // LookupEvents finds management events alone (CloudTrail API Reference, "LookupEvents").
    if (event?.eventCategory === 'Management') this.#add(event, step, oldest);
  }

  #add(event: CloudTrailEvent, place: Omit<EventPlace, 'id'>, oldest: number): void {
    const seconds = Math.floor(Date.parse(event.eventTime) / 1000);
    if (Number.isNaN(seconds) || seconds < oldest) return;
    const tables = this.#tablesOf(dayOf(seconds));
    const newest = tables.newestOfSecond.get(seconds * perSecond, seconds * perSecond + perSecond - 1) as {
      id: number | null;
    };
    const id = newest.id === null ? seconds * perSecond : newest.id + 1;
    tables.insertEvent.run(id, this.#named('files', this.#files, place.file), place.offset, place.length);
    const scope = this.#named('scopes', this.#scopes, `${event.recipientAccountId}/${event.awsRegion}`);
    tables.insertAttribute.run(scope, 0, 0, id);
    for (const [index, attribute] of lookupAttributes.entries())
      for (const value of lookupValues(event, attribute))
        tables.insertAttribute.run(scope, index + 1, digest(value), id);
  }

  #withdraw(file: string): void {
    const known = this.#database.prepare('SELECT id FROM files WHERE name = ?').get(file) as
      | { id: number }
      | undefined;
    if (known === undefined) return;
    for (const day of this.#days()) {
      this.#database
        .prepare(`DELETE FROM attributes_${day} WHERE event IN (SELECT id FROM events_${day} WHERE file = ?)`)
        .run(known.id);
      this.#database.prepare(`DELETE FROM events_${day} WHERE file = ?`).run(known.id);
    }
  }

  /** The number of a text that is repeated in many rows. */
  #named(table: 'scopes' | 'files', cache: Map<string, number>, name: string): number {
    const cached = cache.get(name);
    if (cached !== undefined) return cached;
    this.#database.prepare(`INSERT OR IGNORE INTO ${table} (name) VALUES (?)`).run(name);
    const { id } = this.#database.prepare(`SELECT id FROM ${table} WHERE name = ?`).get(name) as {
      id: number;
    };
    cache.set(name, id);
    return id;
  }

  /** The days that have tables, the oldest first. */
  #days(): number[] {
    const rows = this.#database
      .prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND name LIKE 'events\\_%' ESCAPE '\\'")
      .all() as { name: string }[];
    return rows.map(({ name }) => Number(name.slice('events_'.length))).sort((left, right) => left - right);
  }

  #tablesOf(day: number): DayTables {
    const present = this.#tables.get(day);
    if (present !== undefined) return present;
    this.#database.exec(`
      CREATE TABLE IF NOT EXISTS events_${day} (id INTEGER PRIMARY KEY, file INTEGER, offset INTEGER, length INTEGER);
      CREATE TABLE IF NOT EXISTS attributes_${day} (
        scope INTEGER, kind INTEGER, value INTEGER, event INTEGER,
        PRIMARY KEY (scope, kind, value, event)
      ) WITHOUT ROWID;
    `);
    const tables = {
      insertEvent: this.#database.prepare(`INSERT INTO events_${day} VALUES (?, ?, ?, ?)`),
      insertAttribute: this.#database.prepare(`INSERT OR IGNORE INTO attributes_${day} VALUES (?, ?, ?, ?)`),
      newestOfSecond: this.#database.prepare(
        `SELECT max(id) AS id FROM events_${day} WHERE id BETWEEN ? AND ?`,
      ),
      find: this.#database.prepare(
        `SELECT e.id, f.name AS file, e.offset, e.length
         FROM attributes_${day} a JOIN events_${day} e ON e.id = a.event JOIN files f ON f.id = e.file
         WHERE a.scope = ? AND a.kind = ? AND a.value = ? AND a.event BETWEEN ? AND ?
         ORDER BY a.event DESC LIMIT ?`,
      ),
    };
    this.#tables.set(day, tables);
    return tables;
  }
}

function dayOf(seconds: number): number {
  return Math.floor(seconds / secondsPerDay);
}

function digest(value: string): number {
  return Number.parseInt(hash('sha1', value).slice(0, 12), 16);
}

/** Opens the file, readable by its owner alone; one that is damaged or of another form is made anew. */
function openDatabase(file: string): Database.Database {
  try {
    const database = open(file);
    if (database.pragma('user_version', { simple: true }) === formVersion) return database;
    database.close();
  } catch (error) {
    if (!(error instanceof Database.SqliteError) || error.code.startsWith('SQLITE_BUSY')) throw error;
  }
  for (const name of [file, `${file}-wal`, `${file}-shm`]) rmSync(name, { force: true });
  return open(file);
}

function open(file: string): Database.Database {
  closeSync(openSync(file, 'a', 0o600));
  const database = new Database(file, { timeout: 10_000 });
  // What a crash loses of it is read from the log again.
  database.pragma('journal_mode = WAL');
  database.pragma('synchronous = OFF');
  const isNew = database.pragma('user_version', { simple: true }) === 0;
  if (isNew) {
    database.exec(`
      BEGIN IMMEDIATE;
      CREATE TABLE IF NOT EXISTS position (id INTEGER PRIMARY KEY, value TEXT);
      CREATE TABLE IF NOT EXISTS scopes (id INTEGER PRIMARY KEY, name TEXT UNIQUE);
      CREATE TABLE IF NOT EXISTS files (id INTEGER PRIMARY KEY, name TEXT UNIQUE);
      PRAGMA user_version = ${formVersion};
      COMMIT;
    `);
  }
  return database;
}
