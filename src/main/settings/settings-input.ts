import type { Flags } from './source.ts';

/** Where settings are read from. */
export interface SettingsInput {
  readonly flags: Flags;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** The text of a file; throws as node:fs does, with a `code`. */
  readonly readFile: (path: string) => string;
  /** Absolute. */
  readonly workingDirectory: string;
}
