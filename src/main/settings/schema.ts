import { z } from 'zod';
import { authorizerSchema } from './authorizer-schema.ts';
import { clusterSchema, clusters } from './cluster-schema.ts';
import { containerSchema, containers } from './container-schema.ts';
import { gatewayKeys, gateways } from './gateways.ts';
import { instanceSchema, instances } from './instance-schema.ts';
import {
  accessKeyId,
  accountId,
  accountName,
  addressRange,
  auditDays,
  compressAfterDays,
  databaseUrl,
  directoryPath,
  domain,
  filePath,
  intervalSeconds,
  listenAddress,
  logLevel,
  origin,
  publicUrl,
  region,
  secretAccessKey,
  storeAccessKeyId,
  storeEndpoint,
  tlsFiles,
  workers,
} from './values.ts';

const endpoint = z.strictObject(
  { domain: domain.optional(), publicUrl: publicUrl.optional() },
  { error: 'expected a mapping' },
);
const audit = z
  .strictObject(
    {
      compressAfterDays: compressAfterDays.optional(),
      deleteAfterDays: auditDays.optional(),
      deliverEverySeconds: intervalSeconds.optional(),
      digestEverySeconds: intervalSeconds.optional(),
      bucketEndpoint: storeEndpoint.optional(),
      bucketRegion: region.optional(),
      bucketAccessKeyId: storeAccessKeyId.optional(),
      bucketSecretAccessKeyFile: filePath.optional(),
    },
    { error: 'expected a mapping' },
  )
  .superRefine((given, context) => {
    const together = ['bucketEndpoint', 'bucketAccessKeyId', 'bucketSecretAccessKeyFile'] as const;
    const missing = together.filter((key) => given[key] === undefined);
    if (missing.length === 0 || missing.length === together.length) return;
    context.addIssue({
      code: 'custom',
      message: `is given without ${missing.join(' and ')}; expected all or none`,
    });
  });
const outbound = z.strictObject(
  {
    allow: z
      .array(addressRange, { error: 'expected a list of address ranges such as 10.0.0.0/8' })
      .optional(),
    caFile: filePath.optional(),
  },
  { error: 'expected a mapping' },
);
const signIn = z.strictObject(
  {
    destinations: z
      .array(origin, { error: 'expected a list of origins such as https://console.example.com' })
      .optional(),
  },
  { error: 'expected a mapping' },
);

/** The settings file, key by key. Strict: a key that is not here is refused. Environment and flags use the same keys. */
export const settingsSchema = z.strictObject(
  {
    dataDir: directoryPath.optional(),
    listen: listenAddress.optional(),
    adminListen: listenAddress.optional(),
    region: region.optional(),
    accountId: accountId.optional(),
    accountName: accountName.optional(),
    rootAccessKeyId: accessKeyId.optional(),
    rootSecretAccessKey: secretAccessKey.optional(),
    rootSecretAccessKeyFile: filePath.optional(),
    databaseUrl: databaseUrl.optional(),
    databaseUrlFile: filePath.optional(),
    masterKeyFile: filePath.optional(),
    logLevel: logLevel.optional(),
    workers: workers.optional(),
    endpoint: endpoint.optional(),
    signIn: signIn.optional(),
    tls: tlsFiles.optional(),
    outbound: outbound.optional(),
    gateways: gateways.optional(),
    authorizers: z.array(authorizerSchema, { error: 'expected a list of authorizers' }).optional(),
    audit: audit.optional(),
    instances: instances.optional(),
    containers: containers.optional(),
    clusters: clusters.optional(),
  },
  { error: 'expected a mapping of settings' },
);

/** What one source (flags, environment or file) says. */
export type GivenSettings = z.output<typeof settingsSchema>;

/** Keys whose text must never be shown. An access key id is among them, since a secret is easily put in its place. */
export const hiddenKeys: ReadonlySet<string> = new Set([
  'rootAccessKeyId',
  'rootSecretAccessKey',
  'databaseUrl',
  'gateways',
  'gateways.upstream',
  'gateways.upstream.accessKeyId',
  'gateways.upstream.secretAccessKey',
]);

/** Every key of the settings file as a dotted path. */
export const settingKeys: readonly string[] = [
  ...Object.keys(settingsSchema.shape).filter(
    (key) =>
      ![
        'endpoint',
        'signIn',
        'tls',
        'outbound',
        'authorizers',
        'audit',
        'gateways',
        'instances',
        'containers',
        'clusters',
      ].includes(key),
  ),
  ...Object.keys(endpoint.shape).map((key) => `endpoint.${key}`),
  ...Object.keys(signIn.shape).map((key) => `signIn.${key}`),
  ...Object.keys(tlsFiles.shape).map((key) => `tls.${key}`),
  ...Object.keys(outbound.shape).map((key) => `outbound.${key}`),
  ...Object.keys(authorizerSchema.shape).map((key) => `authorizers.${key}`),
  ...Object.keys(audit.shape).map((key) => `audit.${key}`),
  ...gatewayKeys.map((key) => `gateways.${key}`),
  ...Object.keys(instanceSchema.shape).map((key) => `instances.${key}`),
  ...Object.keys(containerSchema.shape).map((key) => `containers.${key}`),
  ...Object.keys(clusterSchema.shape).map((key) => `clusters.${key}`),
];
