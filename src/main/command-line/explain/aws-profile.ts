import { join, resolve } from 'node:path';
import type { SigningCredentials } from '#core/sigv4';

/** Where a signed request goes and with what it is signed. */
export interface AwsProfile {
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: SigningCredentials;
}

interface ProfileInput {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly workingDirectory: string;
  readonly readFile: (path: string) => string;
  readonly profile?: string | undefined;
  readonly endpoint?: string | undefined;
}

const defaultEndpoint = 'http://127.0.0.1:4592';

/**
 * Credentials, Region and endpoint as AWS's tools find them: option, environment, then the profile in the config and credentials files
 * (AWS SDKs and Tools Reference Guide, "Shared config and credentials files"). Throws Error when there are no credentials.
 */
export function loadAwsProfile({
  environment,
  workingDirectory,
  readFile,
  ...given
}: ProfileInput): AwsProfile {
  const home = environment.HOME ?? environment.USERPROFILE ?? workingDirectory;
  const read = (path: string): string => {
    try {
      return readFile(resolve(workingDirectory, path));
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return '';
      throw error;
    }
  };
  const name = given.profile ?? environment.AWS_PROFILE ?? 'default';
  const config = parseSections(read(environment.AWS_CONFIG_FILE ?? join(home, '.aws', 'config')));
  const shared = parseSections(
    read(environment.AWS_SHARED_CREDENTIALS_FILE ?? join(home, '.aws', 'credentials')),
  );
  const settings = new Map([
    ...(config.get(name === 'default' ? name : `profile ${name}`) ?? []),
    ...(shared.get(name) ?? []),
  ]);
  // A profile that is named on the command line comes before keys in the environment, as with AWS's tools.
  const fromEnvironment = given.profile === undefined ? environment : {};
  const accessKeyId = fromEnvironment.AWS_ACCESS_KEY_ID ?? settings.get('aws_access_key_id');
  const secretAccessKey = fromEnvironment.AWS_SECRET_ACCESS_KEY ?? settings.get('aws_secret_access_key');
  const sessionToken =
    fromEnvironment.AWS_ACCESS_KEY_ID === undefined
      ? settings.get('aws_session_token')
      : fromEnvironment.AWS_SESSION_TOKEN;
  if (accessKeyId === undefined || secretAccessKey === undefined) {
    throw new Error(
      `no AWS credentials: set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY (profile ${name} has none)`,
    );
  }
  return {
    endpoint:
      given.endpoint ??
      environment.AWS_ENDPOINT_URL_STS ??
      environment.AWS_ENDPOINT_URL ??
      settings.get('endpoint_url') ??
      defaultEndpoint,
    region: environment.AWS_REGION ?? environment.AWS_DEFAULT_REGION ?? settings.get('region') ?? 'us-east-1',
    credentials: {
      accessKeyId,
      secretAccessKey,
      ...(sessionToken === undefined ? {} : { sessionToken }),
    },
  };
}

/** The `key = value` lines of a file by section. Lines that are indented belong to a nested setting and are passed over. */
function parseSections(text: string): ReadonlyMap<string, ReadonlyMap<string, string>> {
  const sections = new Map<string, Map<string, string>>();
  let section = new Map<string, string>();
  for (const line of text.split(/\r?\n/)) {
    const header = /^\[\s*([^\]]+?)\s*\]/.exec(line)?.[1];
    if (header !== undefined) {
      section = sections.get(header) ?? new Map();
      sections.set(header, section);
      continue;
    }
    const [, key, value] = /^([A-Za-z0-9_]+)\s*=\s*(.*?)\s*$/.exec(line) ?? [];
    if (key !== undefined && value !== undefined) section.set(key, value);
  }
  return sections;
}
