import { type Document, parseDocument } from 'yaml';
import type { z } from 'zod';
import { type GivenSettings, hiddenKeys, settingKeys, settingsSchema } from './schema.ts';
import { SettingsError } from './settings.ts';

/** One place that settings come from. */
export interface Source {
  /** How a key is called there, for the operator to find it. */
  readonly nameOf: (key: string) => string;
  /** Relative paths start here. */
  readonly directory: string;
  readonly given: GivenSettings;
}

/** What the command line may carry, as typed; the key is the setting's. */
export interface Flags {
  readonly config?: string;
  readonly dataDir?: string;
  readonly listen?: string;
  readonly adminListen?: string;
  readonly workers?: string;
}

const flagNames: Readonly<Record<string, string>> = {
  dataDir: '--data-dir',
  listen: '--listen',
  adminListen: '--admin-listen',
  workers: '--workers',
};

const variableNames: Readonly<Record<string, string>> = {
  dataDir: 'BREVET_DATA_DIR',
  listen: 'BREVET_LISTEN',
  adminListen: 'BREVET_ADMIN_LISTEN',
  region: 'BREVET_REGION',
  accountId: 'BREVET_ACCOUNT_ID',
  rootAccessKeyId: 'BREVET_ROOT_ACCESS_KEY_ID',
  rootSecretAccessKey: 'BREVET_ROOT_SECRET_ACCESS_KEY',
  rootSecretAccessKeyFile: 'BREVET_ROOT_SECRET_ACCESS_KEY_FILE',
  databaseUrl: 'BREVET_DATABASE_URL',
  databaseUrlFile: 'BREVET_DATABASE_URL_FILE',
  masterKeyFile: 'BREVET_MASTER_KEY_FILE',
  logLevel: 'BREVET_LOG_LEVEL',
};

/** Throws SettingsError. */
export function readFlags(flags: Flags, directory: string): Source {
  const { config: _elsewhere, workers, ...rest } = flags;
  const isNumber = workers !== undefined && /^[0-9]+$/.test(workers);
  const raw = {
    ...rest,
    ...(workers === undefined ? {} : { workers: isNumber ? Number(workers) : workers }),
  };
  return readSource(raw, directory, (key) => flagNames[key] ?? key);
}

/** Throws SettingsError. A variable that is set to nothing is an error, not an absence. */
export function readEnvironment(
  environment: Readonly<Record<string, string | undefined>>,
  directory: string,
): Source {
  const raw = Object.fromEntries(
    Object.entries(variableNames)
      .map(([key, variable]) => [key, environment[variable]] as const)
      .filter(([, value]) => value !== undefined),
  );
  return readSource(raw, directory, (key) => variableNames[key] ?? key);
}

/** Reads the YAML text of a settings file. Throws SettingsError. */
export function readYaml(text: string, path: string, directory: string): Source {
  return readSource(parseYaml(text, path), directory, (key) => (key === '' ? path : `${path}: ${key}`));
}

/** The value of a YAML text, an empty mapping for none. Throws SettingsError. */
export function parseYaml(text: string, path: string): unknown {
  const document = parseDocument(text, { stringKeys: true });
  const faults = [...document.errors, ...document.warnings];
  if (faults.length > 0) {
    throw new SettingsError(
      faults.map(({ code, linePos }) => `${path}: is not YAML: ${code} at line ${linePos?.[0].line ?? 1}`),
    );
  }
  return toValue(document, path);
}

/** Aliases are resolved here: one that leads nowhere, or that multiplies without bound, is refused. */
function toValue(document: Document.Parsed, path: string): unknown {
  try {
    return document.toJS() ?? {};
  } catch (error) {
    if (error instanceof ReferenceError) throw new SettingsError([`${path}: is not YAML: ${error.message}`]);
    throw error;
  }
}

function readSource(raw: unknown, directory: string, nameOf: (key: string) => string): Source {
  const given = checkValue(settingsSchema, raw, nameOf);
  const doubled = (['rootSecretAccessKey', 'databaseUrl'] as const).filter(
    (key) => given[key] !== undefined && given[`${key}File`] !== undefined,
  );
  if (doubled.length > 0) {
    throw new SettingsError(
      doubled.map(
        (key) => `${nameOf(key)}: is given together with ${nameOf(`${key}File`)}; expected one of them`,
      ),
    );
  }
  return { nameOf, directory, given };
}

/** The value, checked. Throws SettingsError with every problem found. */
export function checkValue<Value>(
  schema: z.ZodType<Value>,
  raw: unknown,
  nameOf: (key: string) => string,
): Value {
  const result = schema.safeParse(raw);
  if (result.success) return result.data;
  throw new SettingsError(result.error.issues.flatMap((issue) => describeIssue(issue, raw, nameOf)));
}

function describeIssue(
  issue: z.core.$ZodIssue,
  raw: unknown,
  nameOf: (key: string) => string,
): readonly string[] {
  const path = issue.path.map(String);
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => {
      const unknown = [...path, key].join('.');
      const close = closestKey(unknown);
      return `${nameOf(unknown)}: unknown setting${close === undefined ? '' : `; did you mean ${close}?`}`;
    });
  }
  const key = path.join('.');
  const value = path.reduce<unknown>(memberOf, raw);
  // Whatever the place in a list.
  const general = path.filter((part) => !/^[0-9]+$/.test(part)).join('.');
  const shown = value === undefined || hiddenKeys.has(general) || !issue.message.startsWith('expected');
  return [`${nameOf(key)}: ${issue.message}${shown ? '' : `; it is ${abbreviate(value)}`}`];
}

function memberOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null
    ? Object.entries(value).find(([key]) => key === name)?.[1]
    : undefined;
}

function abbreviate(value: unknown): string {
  const text = JSON.stringify(value);
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}

function closestKey(unknown: string): string | undefined {
  const plain = (key: string): string => key.toLowerCase().replace(/[^a-z.]/g, '');
  const ranked = settingKeys
    .map((key) => ({ key, distance: editDistance(plain(key), plain(unknown)) }))
    .sort((one, other) => one.distance - other.distance);
  return ranked[0] !== undefined && ranked[0].distance <= 2 ? ranked[0].key : undefined;
}

/** Levenshtein distance: the fewest insertions, deletions and replacements that lead from one text to the other. */
function editDistance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let index = 0; index < from.length; index++) {
    const next = [index + 1];
    for (let column = 0; column < to.length; column++) {
      const replaced = (row[column] ?? 0) + (from[index] === to[column] ? 0 : 1);
      next.push(Math.min(replaced, (row[column + 1] ?? 0) + 1, (next[column] ?? 0) + 1));
    }
    row = next;
  }
  return row[to.length] ?? 0;
}
