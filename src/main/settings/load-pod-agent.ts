import { z } from 'zod';
import { clusterName } from './cluster-schema.ts';
import { flagName, readLogLevel } from './flags.ts';
import type { ListenAddress, LogLevel } from './settings.ts';
import type { SettingsInput } from './settings-input.ts';
import { checkValue } from './source.ts';
import { issuerUrl, listenAddress, region } from './values.ts';

/** The endpoint of the pods of one node, as a process of its own. */
export interface PodAgentSettings {
  readonly issuer: string;
  readonly listen: ListenAddress;
  readonly cluster: string;
  readonly region: string;
  readonly logLevel: LogLevel;
}

const schema = z.strictObject({
  issuer: issuerUrl,
  listen: listenAddress,
  cluster: clusterName,
  region: region.optional(),
});

/** What `brevet imds --cluster` may carry, as typed; the key is the setting's. */
export interface PodAgentFlags {
  readonly issuer?: string;
  readonly listen?: string;
  readonly cluster?: string;
  readonly region?: string;
}

/** Throws SettingsError with every problem found. */
export function loadPodAgentSettings(
  flags: PodAgentFlags,
  input: Pick<SettingsInput, 'environment'>,
): PodAgentSettings {
  const level = readLogLevel(input);
  const given = checkValue(schema, flags, flagName);
  return { ...given, region: given.region ?? 'us-east-1', logLevel: level };
}
