import { z } from 'zod';
import {
  accountId,
  domain,
  filePath,
  listenAddress,
  region,
  storeAccessKeyId,
  storeEndpoint,
  storeSecret,
  tlsFiles,
} from './values.ts';

const expectedMapping = { error: 'expected a mapping' };

const upstream = z
  .strictObject(
    {
      endpoint: storeEndpoint,
      region,
      accessKeyId: storeAccessKeyId,
      secretAccessKey: storeSecret.optional(),
      secretAccessKeyFile: filePath.optional(),
      addressing: z.enum(['path', 'virtual-host'], { error: 'expected path or virtual-host' }).optional(),
    },
    expectedMapping,
  )
  .refine(
    ({ secretAccessKey: secret, secretAccessKeyFile: file }) =>
      (secret === undefined) !== (file === undefined),
    {
      error: 'takes either secretAccessKey or secretAccessKeyFile',
    },
  );

/** One entry of `gateways`, key by key. */
export const gatewaySchema = z.strictObject(
  {
    service: z.literal('s3', { error: 'expected s3' }),
    listen: listenAddress,
    ownerAccount: accountId,
    domain: domain.optional(),
    tls: tlsFiles.optional(),
    upstream,
  },
  expectedMapping,
);

/** The doors in front of stores, as the settings file lists them. */
export const gateways = z.array(gatewaySchema, { error: 'expected a list of gateways' });

/** The keys of one of them, as dotted paths. */
export const gatewayKeys: readonly string[] = [
  ...Object.keys(gatewaySchema.shape).filter((key) => key !== 'upstream' && key !== 'tls'),
  ...Object.keys(tlsFiles.shape).map((key) => `tls.${key}`),
  ...Object.keys(upstream.shape).map((key) => `upstream.${key}`),
];
