import { resolve } from 'node:path';
import type { z } from 'zod';
import { type authorizerSchema, remoteAuthorizerSchema } from './authorizer-schema.ts';
import { readText } from './read-text.ts';
import { type AuthorizerSettings, type LogLevel, SettingsError } from './settings.ts';
import type { SettingsInput } from './settings-input.ts';
import { checkValue, parseYaml } from './source.ts';
import { logLevel } from './values.ts';

/** A door that is a process of its own. */
export interface RemoteAuthorizerSettings extends AuthorizerSettings {
  readonly issuer: string;
  readonly logLevel: LogLevel;
}

const defaultStalenessSeconds = 300;

/** The door with what was left out. */
export function completeAuthorizer(
  given: z.output<typeof authorizerSchema>,
  region: string,
): AuthorizerSettings {
  return {
    listen: given.listen,
    service: given.service ?? 'execute-api',
    proxy: given.proxy ?? 'headers',
    region: given.region ?? region,
    ownerAccount: given.ownerAccount,
    api: given.api ?? 'default',
    stage: given.stage ?? 'default',
    routes: given.routes,
    maxStalenessSeconds: given.maxStalenessSeconds ?? defaultStalenessSeconds,
    clientAddressHeader: given.clientAddressHeader,
    secureTransport: given.secureTransport ?? false,
  };
}

/** What `brevet authorizer` may carry, as typed; the key is the setting's. */
export interface AuthorizerFlags {
  readonly config?: string;
  readonly listen?: string;
  readonly issuer?: string;
  readonly service?: string;
  readonly proxy?: string;
  readonly region?: string;
  readonly ownerAccount?: string;
  readonly api?: string;
  readonly stage?: string;
  readonly maxStalenessSeconds?: string;
  readonly clientAddressHeader?: string;
  readonly secureTransport?: boolean;
}

/** A flag comes before the file. Throws SettingsError with every problem found. */
export function loadAuthorizerSettings(
  flags: AuthorizerFlags,
  { environment, readFile, workingDirectory }: Omit<SettingsInput, 'flags'>,
): RemoteAuthorizerSettings {
  const { config, maxStalenessSeconds, ...texts } = flags;
  const seconds = maxStalenessSeconds !== undefined && /^[0-9]{1,9}$/.test(maxStalenessSeconds);
  const fromFlags = {
    ...texts,
    ...(maxStalenessSeconds === undefined
      ? {}
      : { maxStalenessSeconds: seconds ? Number(maxStalenessSeconds) : maxStalenessSeconds }),
  };
  const fromFile = config === undefined ? {} : readFileSettings(config, readFile, workingDirectory);
  const level = logLevel.safeParse(environment.BREVET_LOG_LEVEL ?? 'info');
  if (!level.success)
    throw new SettingsError(level.error.issues.map(({ message }) => `BREVET_LOG_LEVEL: ${message}`));
  const given = checkValue(remoteAuthorizerSchema, { ...fromFile, ...fromFlags }, (key) => {
    const isFlag = Object.hasOwn(fromFlags, key) || !Object.hasOwn(fromFile, key.split('.', 1)[0] ?? '');
    return isFlag
      ? `--${key.replaceAll(/[A-Z]/g, (capital) => `-${capital.toLowerCase()}`)}`
      : `${config}: ${key}`;
  });
  return { ...completeAuthorizer(given, 'us-east-1'), issuer: given.issuer, logLevel: level.data };
}

function readFileSettings(
  path: string,
  readFile: SettingsInput['readFile'],
  workingDirectory: string,
): object {
  const absolute = resolve(workingDirectory, path);
  const text = readText(absolute, readFile);
  if (!('content' in text)) throw new SettingsError([`--config: cannot read ${absolute}: ${text.code}`]);
  const value = parseYaml(text.content, path);
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  throw new SettingsError([`${path}: expected a mapping of settings`]);
}
