import { dirname, resolve } from 'node:path';
import type { z } from 'zod';
import { completeAuthorizer } from './load-authorizer.ts';
import { completeInstance } from './load-instances.ts';
import { readText } from './read-text.ts';
import type { GivenSettings } from './schema.ts';
import { type GatewaySettings, type Settings, SettingsError, type TlsFiles } from './settings.ts';
import type { SettingsInput } from './settings-input.ts';
import { readEnvironment, readFlags, readYaml, type Source } from './source.ts';
import { databaseUrl, secretAccessKey, storeSecret } from './values.ts';

/**
 * Puts the settings together: a flag comes before the environment, that before the settings file, that before the default.
 * Throws SettingsError with every problem found.
 */
export function loadSettings(input: SettingsInput): Settings {
  const { flags, environment, workingDirectory } = input;
  const sources = collect([
    () => readFlags(flags, workingDirectory),
    () => readEnvironment(environment, workingDirectory),
    () => readSettingsFile(input),
  ]);
  const find = <Key extends keyof GivenSettings>(key: Key): GivenSettings[Key] =>
    sources.find(({ given }) => given[key] !== undefined)?.given[key];
  const findPath = (key: 'dataDir' | 'masterKeyFile'): string | undefined => {
    const source = sources.find(({ given }) => given[key] !== undefined);
    const path = source?.given[key];
    return source === undefined || path === undefined ? undefined : resolve(source.directory, path);
  };
  const [rootSecret, database, ...gatewaySecrets] = collect([
    () => findSecret(sources, 'rootSecretAccessKey', secretAccessKey, input),
    () => findSecret(sources, 'databaseUrl', databaseUrl, input),
    ...gatewaySecretReaders(sources, input),
  ]);
  const gatewayDirectory =
    sources.find(({ given }) => given.gateways !== undefined)?.directory ?? workingDirectory;
  const buckets = findBuckets(sources, find('region') ?? 'us-east-1', input);
  return {
    dataDirectory: findPath('dataDir') ?? resolve(workingDirectory, 'brevet-data'),
    listen: find('listen') ?? { host: '127.0.0.1', port: 4592 },
    adminListen: find('adminListen') ?? { host: '127.0.0.1', port: 4593 },
    region: find('region') ?? 'us-east-1',
    accountName: find('accountName') ?? 'management',
    accountId: find('accountId'),
    rootAccessKey: pairRootAccessKey(find('rootAccessKeyId'), rootSecret),
    databaseUrl: database,
    masterKeyFile: findPath('masterKeyFile'),
    logLevel: find('logLevel') ?? 'info',
    workers: find('workers') ?? 1,
    endpointDomain: find('endpoint')?.domain,
    publicUrl: find('endpoint')?.publicUrl,
    signInDestinations: find('signIn')?.destinations ?? [],
    audit: {
      compressAfterDays: find('audit')?.compressAfterDays,
      deleteAfterDays: find('audit')?.deleteAfterDays,
      deliverEverySeconds: find('audit')?.deliverEverySeconds ?? 300,
      digestEverySeconds: find('audit')?.digestEverySeconds ?? 3600,
      buckets,
    },
    gateways: (find('gateways') ?? []).map((given, index) =>
      completeGateway(given, gatewaySecrets[index] ?? '', gatewayDirectory),
    ),
    outbound: findOutbound(sources),
    tls: findTls(sources),
    authorizers: (find('authorizers') ?? []).map((given) =>
      completeAuthorizer(given, find('region') ?? 'us-east-1'),
    ),
    containers: sources.flatMap(({ given, directory }) =>
      (given.containers ?? []).map(({ listen, hosts = [], region, tasks }) => ({
        listen,
        hosts,
        region: region ?? find('region') ?? 'us-east-1',
        tasks: tasks.map(({ cluster = 'default', tokenFile, ...task }) => ({
          ...task,
          cluster,
          tokenFile: resolve(directory, tokenFile),
        })),
      })),
    ),
    clusters: sources.flatMap(({ given, directory }) =>
      (given.clusters ?? []).map(({ name, account, region, issuer, jwksUri, caFile }) => ({
        name,
        account,
        region: region ?? find('region') ?? 'us-east-1',
        issuer,
        jwksUri,
        caFile: caFile === undefined ? undefined : resolve(directory, caFile),
      })),
    ),
    instances: (find('instances') ?? []).map((given) =>
      completeInstance(given, find('region') ?? 'us-east-1'),
    ),
  };
}

/** Runs every step; when some throw SettingsError, throws one with the problems of all. */
function collect<Value>(steps: readonly (() => Value)[]): readonly Value[] {
  const problems: string[] = [];
  const values = steps.flatMap((step) => {
    try {
      return [step()];
    } catch (error) {
      if (!(error instanceof SettingsError)) throw error;
      problems.push(...error.problems);
      return [];
    }
  });
  if (problems.length > 0) throw new SettingsError(problems);
  return values;
}

/** The file named by flag or environment, which must be there, or `brevet.yaml`, which need not. */
function readSettingsFile({ flags, environment, readFile, workingDirectory }: SettingsInput): Source {
  const [name, path] =
    flags.config !== undefined
      ? ['--config', flags.config]
      : environment.BREVET_CONFIG !== undefined
        ? ['BREVET_CONFIG', environment.BREVET_CONFIG]
        : [undefined, 'brevet.yaml'];
  if (path === '') throw new SettingsError([`${name}: expected the path of a file; it is ""`]);
  const absolute = resolve(workingDirectory, path);
  const text = readText(absolute, readFile);
  if ('content' in text) return readYaml(text.content, path, dirname(absolute));
  if (name === undefined && text.code === 'ENOENT') return readYaml('', path, dirname(absolute));
  throw new SettingsError([`${name ?? path}: cannot read ${absolute}: ${text.code}`]);
}

/** A secret given as such or as the path of a file that holds it, from the first source that gives either. */
function findSecret(
  sources: readonly Source[],
  key: 'rootSecretAccessKey' | 'databaseUrl',
  schema: z.ZodType<string>,
  { readFile }: SettingsInput,
): string | undefined {
  for (const { given, directory, nameOf } of sources) {
    const path = given[`${key}File`];
    if (given[key] !== undefined) return given[key];
    if (path === undefined) continue;
    const absolute = resolve(directory, path);
    const name = nameOf(`${key}File`);
    return readSecret(name, absolute, schema, readFile);
  }
  return undefined;
}

/** Throws SettingsError, which never shows the secret. */
export function readSecret(
  name: string,
  path: string,
  schema: z.ZodType<string>,
  readFile: SettingsInput['readFile'],
): string {
  const text = readText(path, readFile);
  if (!('content' in text)) throw new SettingsError([`${name}: cannot read ${path}: ${text.code}`]);
  const result = schema.safeParse(text.content.replace(/\r?\n$/, ''));
  if (result.success) return result.data;
  throw new SettingsError(result.error.issues.map(({ message }) => `${name}: ${message} in ${path}`));
}

/** Reads the secret of each gateway's store. */
function gatewaySecretReaders(
  sources: readonly Source[],
  { readFile }: SettingsInput,
): readonly (() => string | undefined)[] {
  const source = sources.find(({ given }) => given.gateways !== undefined);
  return (source?.given.gateways ?? []).map(({ upstream }, index) => () => {
    const { secretAccessKey: secret, secretAccessKeyFile: file } = upstream;
    if (source === undefined || file === undefined) return secret;
    const name = source.nameOf(`gateways.${index}.upstream.secretAccessKeyFile`);
    return readSecret(name, resolve(source.directory, file), storeSecret, readFile);
  });
}

/** A gateway with what was left out; relative paths start in the directory. */
export function completeGateway(
  { domain, tls, upstream, ...gateway }: NonNullable<GivenSettings['gateways']>[number],
  secretAccessKey: string,
  directory: string,
): GatewaySettings {
  const { endpoint, region, accessKeyId, addressing } = upstream;
  return {
    ...gateway,
    domain,
    ...(tls === undefined ? {} : { tls: resolveTls(tls, directory) }),
    upstream: { endpoint, region, accessKeyId, secretAccessKey, addressing: addressing ?? 'path' },
  };
}

function findBuckets(
  sources: readonly Source[],
  region: string,
  { readFile }: SettingsInput,
): Settings['audit']['buckets'] {
  const source = sources.find(({ given }) => given.audit !== undefined);
  const { bucketEndpoint, bucketRegion, bucketAccessKeyId, bucketSecretAccessKeyFile } =
    source?.given.audit ?? {};
  if (
    source === undefined ||
    bucketEndpoint === undefined ||
    bucketAccessKeyId === undefined ||
    bucketSecretAccessKeyFile === undefined
  )
    return undefined;
  const path = resolve(source.directory, bucketSecretAccessKeyFile);
  const name = source.nameOf('audit.bucketSecretAccessKeyFile');
  const secret = readSecret(name, path, storeSecret, readFile);
  return {
    endpoint: bucketEndpoint,
    region: bucketRegion ?? region,
    credentials: { accessKeyId: bucketAccessKeyId, secretAccessKey: secret },
  };
}

function findOutbound(sources: readonly Source[]): Settings['outbound'] {
  for (const { given, directory } of sources) {
    if (given.outbound === undefined) continue;
    const { allow = [], caFile } = given.outbound;
    return { allow, caFile: caFile === undefined ? undefined : resolve(directory, caFile) };
  }
  return { allow: [], caFile: undefined };
}

function findTls(sources: readonly Source[]): Settings['tls'] {
  for (const { given, directory } of sources) {
    if (given.tls === undefined) continue;
    return resolveTls(given.tls, directory);
  }
  return undefined;
}

function resolveTls({ certFile, keyFile }: TlsFiles, directory: string): TlsFiles {
  return { certFile: resolve(directory, certFile), keyFile: resolve(directory, keyFile) };
}

function pairRootAccessKey(id: string | undefined, secret: string | undefined): Settings['rootAccessKey'] {
  if (id !== undefined && secret !== undefined) return { id, secret };
  if (id === undefined && secret === undefined) return undefined;
  const [given, missing] =
    id === undefined
      ? ['rootSecretAccessKey', 'rootAccessKeyId']
      : ['rootAccessKeyId', 'rootSecretAccessKey'];
  throw new SettingsError([`${given}: is given without ${missing}; expected both or neither`]);
}
