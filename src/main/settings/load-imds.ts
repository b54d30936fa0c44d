import { z } from 'zod';
import { flagName, numberOf, readLogLevel } from './flags.ts';
import { instanceId, roleArn, tokensRule } from './instance-schema.ts';
import { completeInstance } from './load-instances.ts';
import type { InstanceSettings, LogLevel } from './settings.ts';
import type { SettingsInput } from './settings-input.ts';
import { checkValue } from './source.ts';
import { issuerUrl, listenAddress, region } from './values.ts';

/** The metadata of one instance as a process of its own, on the host it is about. */
export interface RemoteInstanceSettings extends Omit<InstanceSettings, 'profileArn'> {
  readonly issuer: string;
  readonly roleArn: string;
  readonly durationSeconds: number;
  readonly logLevel: LogLevel;
}

const durationExpected = 'expected a whole number of seconds from 900 to 43200';
const durationSeconds = z
  .int({ error: durationExpected })
  .min(900, { error: durationExpected })
  .max(43_200, { error: durationExpected });

const schema = z.strictObject({
  issuer: issuerUrl,
  listen: listenAddress,
  roleArn,
  instanceId,
  region: region.optional(),
  tokens: tokensRule.optional(),
  durationSeconds: durationSeconds.optional(),
});

/** What `brevet imds` may carry, as typed; the key is the setting's. */
export interface ImdsFlags {
  readonly issuer?: string;
  readonly listen?: string;
  readonly roleArn?: string;
  readonly instanceId?: string;
  readonly region?: string;
  readonly tokens?: string;
  readonly durationSeconds?: string;
}

const defaultDurationSeconds = 3600;

/** Throws SettingsError with every problem found. */
export function loadImdsSettings(
  flags: ImdsFlags,
  input: Pick<SettingsInput, 'environment'>,
): RemoteInstanceSettings {
  const { durationSeconds: seconds, ...texts } = flags;
  const level = readLogLevel(input);
  const given = checkValue(
    schema,
    { ...texts, ...(seconds === undefined ? {} : { durationSeconds: numberOf(seconds) }) },
    flagName,
  );
  const { profileArn: _none, ...instance } = completeInstance(
    { id: given.instanceId, instanceProfile: given.roleArn, listen: given.listen, tokens: given.tokens },
    given.region ?? 'us-east-1',
  );
  return {
    ...instance,
    issuer: given.issuer,
    roleArn: given.roleArn,
    durationSeconds: given.durationSeconds ?? defaultDurationSeconds,
    logLevel: level,
  };
}
