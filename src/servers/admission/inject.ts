import type { InjectionDefaults, PodRole } from './identity.ts';
import { type Fields, fieldsAt, listAt, textAt } from './json.ts';

/** One change of a JSON document (RFC 6902 §4.1). Nothing but additions is ever made. */
export interface Addition {
  readonly op: 'add';
  readonly path: string;
  readonly value: unknown;
}

const volumeName = 'aws-iam-token';
const mountPath = '/var/run/secrets/eks.amazonaws.com/serviceaccount';
const tokenName = 'token';

/**
 * What makes SDKs in the containers of a pod obtain credentials of its role: variables, and a volume with the token. What a container sets, it
 * keeps: where it names a role or a token of its own, a Region or an endpoint, nothing of that kind is added.
 * Throws where the pod is not of the form of a pod.
 */
export function injectRole(
  pod: Fields,
  role: PodRole,
  skipped: ReadonlySet<string>,
  defaults: InjectionDefaults,
): readonly Addition[] {
  const spec = fieldsAt(pod, 'spec');
  const tokenFile = tokenFileOf(spec);
  const additions = ['initContainers', 'containers'].flatMap((list) =>
    (listAt(spec, list) ?? []).flatMap((container, index) =>
      skipped.has(textAt(container, 'name') ?? '')
        ? []
        : injectContainer(container, `/spec/${list}/${index}`, variablesFor(role, tokenFile, defaults)),
    ),
  );
  const volumes = listAt(spec, 'volumes');
  if (additions.length === 0 || volumes?.some((volume) => volume.name === volumeName) === true)
    return additions;
  return [...append('/spec/volumes', volumes, [tokenVolume(role)]), ...additions];
}

interface Variable {
  readonly name: string;
  readonly value: string;
}

/** Variables that are added together or not at all: each group, and those that keep it out when a container has one of them. */
interface VariableGroup {
  readonly unless: readonly string[];
  readonly variables: readonly Variable[];
}

function variablesFor(
  role: PodRole,
  tokenFile: string,
  { stsUrl, region }: InjectionDefaults,
): readonly VariableGroup[] {
  return [
    ...(role.regionalEndpoints ? [alone('AWS_STS_REGIONAL_ENDPOINTS', 'regional')] : []),
    ...(region === undefined ? [] : [together({ AWS_DEFAULT_REGION: region, AWS_REGION: region })]),
    together({ AWS_ROLE_ARN: role.roleArn, AWS_WEB_IDENTITY_TOKEN_FILE: tokenFile }),
    { ...alone('AWS_ENDPOINT_URL_STS', stsUrl), unless: ['AWS_ENDPOINT_URL_STS', 'AWS_ENDPOINT_URL'] },
  ];
}

function alone(name: string, value: string): VariableGroup {
  return together({ [name]: value });
}

function together(values: Readonly<Record<string, string>>): VariableGroup {
  const variables = Object.entries(values).map(([name, value]) => ({ name, value }));
  return { unless: Object.keys(values), variables };
}

function injectContainer(
  container: Fields,
  path: string,
  groups: readonly VariableGroup[],
): readonly Addition[] {
  const present = listAt(container, 'env');
  const names = new Set(present?.map(({ name }) => name));
  const added = groups
    .filter(({ unless }) => !unless.some((name) => names.has(name)))
    .flatMap(({ variables }) => variables);
  const mounts = listAt(container, 'volumeMounts');
  // Two mounts at one path would make the pod invalid.
  const isMounted =
    mounts?.some((mount) => mount.name === volumeName || isTokenPath(mount.mountPath)) === true;
  return [
    ...append(`${path}/env`, present, added),
    ...append(
      `${path}/volumeMounts`,
      mounts,
      isMounted ? [] : [{ name: volumeName, readOnly: true, mountPath }],
    ),
  ];
}

function isTokenPath(path: unknown): boolean {
  return typeof path === 'string' && path.replace(/\/+$/, '') === mountPath;
}

/** Items at the end of a list, which is made when there is none. */
function append(
  path: string,
  present: readonly unknown[] | undefined,
  items: readonly unknown[],
): readonly Addition[] {
  if (items.length === 0) return [];
  if (present === undefined) return [{ op: 'add', path, value: items }];
  return items.map((value) => ({ op: 'add', path: `${path}/-`, value }));
}

function tokenVolume({ audience, expirationSeconds }: PodRole): object {
  const serviceAccountToken = { audience, expirationSeconds, path: tokenName };
  return { name: volumeName, projected: { sources: [{ serviceAccountToken }] } };
}

/** As the containers see it: on nodes with Windows, with that system's separators. */
function tokenFileOf(spec: Fields): string {
  const file = `${mountPath}/${tokenName}`;
  const node = fieldsAt(spec, 'nodeSelector');
  const isWindows = [node['kubernetes.io/os'], node['beta.kubernetes.io/os']].includes('windows');
  return isWindows ? `C:${file.replaceAll('/', '\\')}` : file;
}
