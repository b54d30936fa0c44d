import { z } from 'zod';
import { parseArn } from '#core/arn';
import { isAccountId } from '#core/identifiers';
import { flagName, numberOf, readLogLevel } from './flags.ts';
import { instanceId, roleArn, tokensRule } from './instance-schema.ts';
import { completeInstance } from './load-instances.ts';
import { type InstanceSettings, type ListenAddress, type LogLevel, SettingsError } from './settings.ts';
import type { SettingsInput } from './settings-input.ts';
import { checkValue } from './source.ts';
import { issuerUrl, listenAddress, region, text } from './values.ts';

/** The metadata of one instance as a process of its own, on the host it is about. */
export interface RemoteInstanceSettings extends Pick<InstanceSettings, 'tokens' | 'hosts'> {
  readonly issuer: string;
  readonly listen: ListenAddress;
  readonly instanceId: string;
  readonly region: string;
  /** What the host assumes itself; undefined where the service knows the instance and its role. */
  readonly role: HostRole | undefined;
  readonly logLevel: LogLevel;
}

/** A role that a host assumes with its own credentials, or has by its certificate, and what is then said of the instance. */
export interface HostRole {
  readonly arn: string;
  readonly durationSeconds: number;
  /** Given where the host has a certificate in place of credentials of its own. */
  readonly anywhere: AnywhereSettings | undefined;
  readonly facts: InstanceSettings['facts'];
}

/** By which certificate the role's credentials are had, files in PEM. */
export interface AnywhereSettings {
  readonly certificate: string;
  readonly privateKey: string;
  readonly intermediates: string | undefined;
  readonly trustAnchorArn: string;
  readonly profileArn: string;
}

const durationExpected = 'expected a whole number of seconds from 900 to 43200';
const durationSeconds = z
  .int({ error: durationExpected })
  .min(900, { error: durationExpected })
  .max(43_200, { error: durationExpected });

const ofCertificates = ['certificate', 'privateKey', 'trustAnchorArn', 'profileArn'] as const;

const file = text('the name of a file', (given) => (given === '' ? undefined : given));

function anywhereArn(kind: 'trust-anchor' | 'profile') {
  return text(
    `the ARN of a ${kind} of IAM Roles Anywhere: arn:aws:rolesanywhere:REGION:ACCOUNT:${kind}/UUID`,
    (given) => {
      const { service, account = '', resource = '' } = parseArn(given) ?? {};
      const isOne = service === 'rolesanywhere' && isAccountId(account);
      return isOne && resource.startsWith(`${kind}/`) && /\/[0-9a-f-]{36}$/.test(resource)
        ? given
        : undefined;
    },
  );
}

const schema = z
  .strictObject({
    issuer: issuerUrl,
    listen: listenAddress,
    roleArn: roleArn.optional(),
    instanceId,
    region: region.optional(),
    tokens: tokensRule.optional(),
    durationSeconds: durationSeconds.optional(),
    certificate: file.optional(),
    privateKey: file.optional(),
    intermediates: file.optional(),
    trustAnchorArn: anywhereArn('trust-anchor').optional(),
    profileArn: anywhereArn('profile').optional(),
  })
  .superRefine((given, context) => {
    if (given.roleArn !== undefined) return;
    const complain = (key: string, message: string): void =>
      context.addIssue({ code: 'custom', path: [key], message });
    if (given.durationSeconds !== undefined)
      complain('durationSeconds', 'is given without --role-arn; sessions of an instance live six hours');
    if (ofCertificates.some((key) => given[key] !== undefined) || given.intermediates !== undefined)
      complain('roleArn', 'is needed with what is given of a certificate');
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
  readonly certificate?: string;
  readonly privateKey?: string;
  readonly intermediates?: string;
  readonly trustAnchorArn?: string;
  readonly profileArn?: string;
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
  const where = given.region ?? 'us-east-1';
  return {
    issuer: given.issuer,
    listen: given.listen,
    instanceId: given.instanceId,
    region: where,
    tokens: given.tokens ?? 'required',
    hosts: [],
    role:
      given.roleArn === undefined
        ? undefined
        : {
            arn: given.roleArn,
            durationSeconds: given.durationSeconds ?? defaultDurationSeconds,
            anywhere: readAnywhere(given),
            facts: completeInstance({ id: given.instanceId, instanceProfile: given.roleArn }, where).facts,
          },
    logLevel: level,
  };
}

/** What belongs to a certificate is all there or not there at all. Throws SettingsError. */
function readAnywhere(given: z.infer<typeof schema>): AnywhereSettings | undefined {
  const { certificate, privateKey, intermediates, trustAnchorArn, profileArn } = given;
  const missing = ofCertificates.filter((key) => given[key] === undefined);
  if (missing.length === ofCertificates.length && intermediates === undefined) return undefined;
  if (
    certificate === undefined ||
    privateKey === undefined ||
    trustAnchorArn === undefined ||
    profileArn === undefined
  ) {
    throw new SettingsError(
      missing.map((key) => `${flagName(key)}: is needed with the others of a certificate`),
    );
  }
  return { certificate, privateKey, intermediates, trustAnchorArn, profileArn };
}
