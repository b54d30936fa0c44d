import { type LogLevel, SettingsError } from './settings.ts';
import type { SettingsInput } from './settings-input.ts';
import { logLevel } from './values.ts';

/** A setting as its flag is called: `--role-arn` for `roleArn`. */
export function flagName(key: string): string {
  return `--${key.replaceAll(/[A-Z]/g, (capital) => `-${capital.toLowerCase()}`)}`;
}

/** What a flag says that is a whole number; other text stays as it is, for the complaint. */
export function numberOf(text: string): number | string {
  return /^[0-9]{1,9}$/.test(text) ? Number(text) : text;
}

/** The log level of a process that has no settings file. Throws SettingsError. */
export function readLogLevel({ environment }: Pick<SettingsInput, 'environment'>): LogLevel {
  const level = logLevel.safeParse(environment.BREVET_LOG_LEVEL ?? 'info');
  if (level.success) return level.data;
  throw new SettingsError(level.error.issues.map(({ message }) => `BREVET_LOG_LEVEL: ${message}`));
}
