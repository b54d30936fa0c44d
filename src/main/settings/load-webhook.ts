import { resolve } from 'node:path';
import { z } from 'zod';
import { flagName, numberOf, readLogLevel } from './flags.ts';
import type { ListenAddress, LogLevel, TlsFiles } from './settings.ts';
import type { SettingsInput } from './settings-input.ts';
import { checkValue } from './source.ts';
import { filePath, issuerUrl, listenAddress, region, text, yesOrNo } from './values.ts';

/** The admission webhook of a Kubernetes cluster, as a process of its own. Paths are absolute. */
export interface WebhookSettings {
  readonly listen: ListenAddress;
  readonly tls: TlsFiles;
  /** What pods call STS at. */
  readonly stsUrl: string;
  readonly region: string | undefined;
  readonly audience: string;
  readonly tokenExpirationSeconds: number;
  readonly annotationPrefix: string;
  readonly regionalEndpoints: boolean;
  /** The API server, and the files with what it is believed by and asked with. */
  readonly kubeApi: string;
  readonly kubeCaFile: string;
  readonly kubeTokenFile: string;
  readonly logLevel: LogLevel;
}

const expirationExpected = 'expected a whole number of seconds from 3600 to 86400';
const apiUrl = text('an https URL such as https://10.96.0.1:443', (given) => {
  const url = URL.canParse(given) ? new URL(given) : undefined;
  return url?.protocol === 'https:' && url.username === '' && url.pathname === '/' ? url.origin : undefined;
});

const schema = z.strictObject({
  listen: listenAddress.optional(),
  tlsCertFile: filePath,
  tlsKeyFile: filePath,
  stsUrl: issuerUrl,
  region: region.optional(),
  audience: text('an audience of 1 to 255 characters', (given) =>
    /^[!-~]{1,255}$/.test(given) ? given : undefined,
  ).optional(),
  tokenExpiration: z
    .int({ error: expirationExpected })
    .min(3600, { error: expirationExpected })
    .max(86_400, { error: expirationExpected })
    .optional(),
  annotationPrefix: text('a domain name such as eks.amazonaws.com', (given) =>
    /^[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?$/.test(given) ? given : undefined,
  ).optional(),
  stsRegionalEndpoints: yesOrNo.optional(),
  kubeApi: apiUrl,
  kubeCaFile: filePath.optional(),
  kubeTokenFile: filePath.optional(),
});

/** What `brevet k8s-webhook` may carry, as typed; the key is the setting's. */
export interface WebhookFlags {
  readonly listen?: string;
  readonly tlsCertFile?: string;
  readonly tlsKeyFile?: string;
  readonly stsUrl?: string;
  readonly region?: string;
  readonly audience?: string;
  readonly tokenExpiration?: string;
  readonly annotationPrefix?: string;
  readonly stsRegionalEndpoints?: boolean;
  readonly kubeApi?: string;
  readonly kubeCaFile?: string;
  readonly kubeTokenFile?: string;
}

/** Where Kubernetes puts what a pod needs to ask the API server. */
const ownAccount = '/var/run/secrets/kubernetes.io/serviceaccount';

/** Throws SettingsError with every problem found. */
export function loadWebhookSettings(
  flags: WebhookFlags,
  input: Pick<SettingsInput, 'environment' | 'workingDirectory'>,
): WebhookSettings {
  const level = readLogLevel(input);
  const { tokenExpiration, kubeApi = apiOfCluster(input.environment), ...texts } = flags;
  const given = checkValue(
    schema,
    {
      ...texts,
      ...(kubeApi === undefined ? {} : { kubeApi }),
      ...(tokenExpiration === undefined ? {} : { tokenExpiration: numberOf(tokenExpiration) }),
    },
    flagName,
  );
  const path = (file: string): string => resolve(input.workingDirectory, file);
  return {
    listen: given.listen ?? { host: '0.0.0.0', port: 8443 },
    tls: { certFile: path(given.tlsCertFile), keyFile: path(given.tlsKeyFile) },
    stsUrl: given.stsUrl,
    region: given.region,
    audience: given.audience ?? 'sts.amazonaws.com',
    tokenExpirationSeconds: given.tokenExpiration ?? 86_400,
    annotationPrefix: given.annotationPrefix ?? 'eks.amazonaws.com',
    regionalEndpoints: given.stsRegionalEndpoints ?? false,
    kubeApi: given.kubeApi,
    kubeCaFile: path(given.kubeCaFile ?? `${ownAccount}/ca.crt`),
    kubeTokenFile: path(given.kubeTokenFile ?? `${ownAccount}/token`),
    logLevel: level,
  };
}

/** The API server of the cluster that the process is in, if it is in one. */
function apiOfCluster(environment: SettingsInput['environment']): string | undefined {
  const { KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port = '443' } = environment;
  if (host === undefined) return undefined;
  return `https://${host.includes(':') ? `[${host}]` : host}:${port}`;
}
