import { formatIsoSeconds } from '#core/time';
import type { SignIdentity } from './identity-key.ts';
import type { InstanceFacts } from './instance.ts';

/** Texts by path, and for each directory the list of what is in it. Paths have no slash at either end. */
export type MetadataTree = ReadonlyMap<string, string>;

/** Directories whose texts are made when they are read. */
export const credentialsDirectory = 'meta-data/iam/security-credentials';
export const extendedDirectory = 'meta-data/iam/security-credentials-extended';
export const profileText = 'meta-data/iam/info';

/**
 * What never changes in the life of an instance (EC2 User Guide, "Instance metadata categories"): what SDKs and cloud-init read, and what
 * is known. `sign` signs the identity document; without it there is no signature. AWS signs
 * `pkcs7` with DSA and SHA-1, which nobody should trust any more: here it is what `rsa2048` is.
 */
export function buildMetadata(
  facts: InstanceFacts,
  iam: { readonly hasProfile: boolean },
  sign: SignIdentity | undefined,
): MetadataTree {
  const { id, region, availabilityZone, hostname, privateIp } = facts;
  const document = identityDocument(facts);
  const proofs = sign?.(document, facts.startedAt);
  const texts: Readonly<Record<string, string>> = {
    'meta-data/ami-id': facts.imageId,
    'meta-data/ami-launch-index': '0',
    'meta-data/hostname': hostname,
    ...(iam.hasProfile ? { [profileText]: '' } : {}),
    [`${credentialsDirectory}/`]: '',
    'meta-data/instance-action': 'none',
    'meta-data/instance-id': id,
    'meta-data/instance-life-cycle': 'on-demand',
    'meta-data/instance-type': facts.instanceType,
    'meta-data/local-hostname': hostname,
    'meta-data/local-ipv4': privateIp,
    'meta-data/placement/availability-zone': availabilityZone,
    'meta-data/placement/region': region,
    'meta-data/services/domain': 'amazonaws.com',
    'meta-data/services/partition': 'aws',
    'dynamic/instance-identity/document': document,
    ...(proofs === undefined
      ? {}
      : {
          'dynamic/instance-identity/pkcs7': proofs.pkcs7,
          'dynamic/instance-identity/rsa2048': proofs.pkcs7,
          'dynamic/instance-identity/signature': proofs.signature,
        }),
  };
  const tree = new Map<string, string>();
  const directories = new Map<string, Set<string>>();
  for (const [path, text] of Object.entries(texts)) {
    const parts = path.split('/');
    for (let depth = 0; depth < parts.length; depth++) {
      const name = parts[depth] ?? '';
      if (name === '') continue;
      const directory = parts.slice(0, depth).join('/');
      const entries = directories.get(directory) ?? new Set();
      directories.set(directory, entries.add(depth < parts.length - 1 ? `${name}/` : name));
    }
    if (!path.endsWith('/')) tree.set(path, text);
  }
  // What is made when it is read must not be found here.
  tree.delete(profileText);
  for (const [directory, entries] of directories)
    if (directory !== credentialsDirectory) tree.set(directory, [...entries].join('\n'));
  return tree;
}

/** The identity document, byte for byte as it is signed (EC2 User Guide, "Instance identity documents"). */
function identityDocument(facts: InstanceFacts): string {
  return JSON.stringify(
    {
      accountId: facts.accountId,
      architecture: facts.architecture,
      availabilityZone: facts.availabilityZone,
      billingProducts: null,
      devpayProductCodes: null,
      marketplaceProductCodes: null,
      imageId: facts.imageId,
      instanceId: facts.id,
      instanceType: facts.instanceType,
      kernelId: null,
      pendingTime: formatIsoSeconds(facts.startedAt),
      privateIp: facts.privateIp,
      ramdiskId: null,
      region: facts.region,
      version: '2017-09-30',
    },
    null,
    2,
  );
}
