import { resolve } from 'node:path';
import { gatewaySchema } from './gateways.ts';
import { completeGateway, loadSettings, readSecret } from './load-settings.ts';
import { type GatewaySettings, type LogLevel, SettingsError } from './settings.ts';
import type { SettingsInput } from './settings-input.ts';
import { checkValue } from './source.ts';
import { issuerUrl, stalenessSeconds, storeSecret } from './values.ts';

/** Gateways that are a process of their own. */
export interface RemoteGatewaySettings {
  readonly issuer: string;
  /** The Region that calls of the issuer are signed for. */
  readonly region: string;
  readonly maxStalenessSeconds: number;
  readonly logLevel: LogLevel;
  /** At least one. */
  readonly gateways: readonly GatewaySettings[];
}

/** What `brevet gateway` may carry, as typed. */
export interface GatewayFlags {
  readonly config?: string;
  readonly issuer?: string;
  readonly maxStalenessSeconds?: string;
  readonly listen?: string;
  readonly ownerAccount?: string;
  readonly domain?: string;
  readonly tlsCertFile?: string;
  readonly tlsKeyFile?: string;
  readonly storeEndpoint?: string;
  readonly storeRegion?: string;
  readonly storeAccessKeyId?: string;
  readonly storeSecretAccessKeyFile?: string;
  readonly storeAddressing?: string;
}

const defaultStalenessSeconds = 300;

const flagNames: Readonly<Record<string, string>> = {
  listen: '--listen',
  ownerAccount: '--owner-account',
  domain: '--domain',
  'tls.certFile': '--tls-cert-file',
  'tls.keyFile': '--tls-key-file',
  'upstream.endpoint': '--store-endpoint',
  'upstream.region': '--store-region',
  'upstream.accessKeyId': '--store-access-key-id',
  'upstream.secretAccessKeyFile': '--store-secret-access-key-file',
  'upstream.addressing': '--store-addressing',
  upstream: '--store-secret-access-key-file',
};

/** The gateways of the settings file, or the one that the flags describe. Throws SettingsError. */
export function loadGatewaySettings(
  flags: GatewayFlags,
  input: Omit<SettingsInput, 'flags'>,
): RemoteGatewaySettings {
  const { config, issuer, maxStalenessSeconds, ...own } = flags;
  const settings = loadSettings({ ...input, flags: config === undefined ? {} : { config } });
  const isOwn = Object.keys(own).length > 0;
  if (isOwn && settings.gateways.length > 0)
    throw new SettingsError([
      `${Object.keys(own).map(flagOf).join(', ')}: given together with gateways in the settings file; expected one of them`,
    ]);
  const gateways = isOwn ? [readFlags(own, input)] : settings.gateways;
  if (gateways.length === 0)
    throw new SettingsError(['--config: expected a settings file with gateways, or the flags of one']);
  const seconds = maxStalenessSeconds ?? String(defaultStalenessSeconds);
  return {
    issuer: checkValue(issuerUrl, issuer, () => '--issuer'),
    region: settings.region,
    maxStalenessSeconds: checkValue(
      stalenessSeconds,
      /^[0-9]{1,9}$/.test(seconds) ? Number(seconds) : seconds,
      () => '--max-staleness-seconds',
    ),
    logLevel: settings.logLevel,
    gateways,
  };
}

function readFlags(
  own: Omit<GatewayFlags, 'config' | 'issuer' | 'maxStalenessSeconds'>,
  { readFile, workingDirectory }: Omit<SettingsInput, 'flags'>,
): GatewaySettings {
  const upstream = {
    endpoint: own.storeEndpoint,
    region: own.storeRegion,
    accessKeyId: own.storeAccessKeyId,
    secretAccessKeyFile: own.storeSecretAccessKeyFile,
    addressing: own.storeAddressing,
  };
  const { listen, ownerAccount, domain, tlsCertFile, tlsKeyFile } = own;
  const hasTls = tlsCertFile !== undefined || tlsKeyFile !== undefined;
  const tls = hasTls ? { tls: { certFile: tlsCertFile, keyFile: tlsKeyFile } } : {};
  const raw = { service: 's3', listen, ownerAccount, domain, ...tls, upstream };
  const given = checkValue(gatewaySchema, raw, (key) => flagNames[key] ?? key);
  const path = resolve(workingDirectory, given.upstream.secretAccessKeyFile ?? '');
  const secret = readSecret('--store-secret-access-key-file', path, storeSecret, readFile);
  return completeGateway(given, secret, workingDirectory);
}

function flagOf(name: string): string {
  return `--${name.replaceAll(/[A-Z]/g, (capital) => `-${capital.toLowerCase()}`)}`;
}
