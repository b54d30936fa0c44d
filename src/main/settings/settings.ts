import type { AccountId } from '#core/identifiers';
import type { ProxyForm, RouteSettings } from '#servers/forward-auth';
import type { ContainerTask } from '#servers/instance-metadata';
import type { InstanceDescription } from '#services/operation';

/** Where to listen. Port 0 lets the system choose a free one. */
export interface ListenAddress {
  /** A name or an address; IPv6 without brackets. */
  readonly host: string;
  readonly port: number;
}

export type LogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'silent';

/** Certificate chain and private key in PEM; absolute paths. */
export interface TlsFiles {
  readonly certFile: string;
  readonly keyFile: string;
}

/** A door for a reverse proxy. */
export interface AuthorizerSettings {
  readonly listen: ListenAddress;
  readonly service: string;
  readonly proxy: ProxyForm;
  /** The only Region that requests may be signed for. */
  readonly region: string;
  /** Undefined where it is left to what the door is part of: the first account, or that of the door's own access key. */
  readonly ownerAccount: AccountId | undefined;
  readonly api: string;
  readonly stage: string;
  /** Undefined: `execute-api:Invoke` for every request. */
  readonly routes: readonly RouteSettings[] | undefined;
  readonly maxStalenessSeconds: number;
  readonly clientAddressHeader: string | undefined;
  readonly secureTransport: boolean;
}

/** A door in front of a store. */
export interface GatewaySettings {
  readonly service: 's3';
  readonly listen: ListenAddress;
  /** Owner of the buckets that the store already has. */
  readonly ownerAccount: AccountId;
  /** Under which `BUCKET.DOMAIN` names a bucket. */
  readonly domain: string | undefined;
  /** Plain HTTP without. */
  readonly tls?: TlsFiles;
  readonly upstream: {
    readonly endpoint: string;
    readonly region: string;
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
    readonly addressing: 'path' | 'virtual-host';
  };
}

/** An instance. */
export interface InstanceSettings {
  /** Where its metadata is served; undefined where no door of the service does. */
  readonly listen: ListenAddress | undefined;
  /** ARN of the instance profile. */
  readonly profileArn: string;
  /** `optional` serves IMDSv1 too. */
  readonly tokens: 'required' | 'optional';
  /** Names that requests may be sent to, beside addresses and `localhost`. */
  readonly hosts: readonly string[];
  readonly facts: InstanceDescription;
}

/** Where containers of some tasks find the credentials of their task's role. */
export interface ContainerSettings {
  readonly listen: ListenAddress;
  readonly hosts: readonly string[];
  readonly region: string;
  readonly tasks: readonly (Omit<ContainerTask, 'token'> & {
    /** Holds what the task's containers send as `Authorization`. */
    readonly tokenFile: string;
  })[];
}

/** A Kubernetes cluster whose pods get credentials. */
export interface ClusterSettings {
  readonly name: string;
  readonly account: AccountId;
  readonly region: string;
  /** The issuer of its pods' tokens. */
  readonly issuer: string;
  /** Undefined: its discovery document says where its keys are. */
  readonly jwksUri: string | undefined;
  /** Certificate authorities in PEM that alone may vouch for its server; an absolute path. */
  readonly caFile: string | undefined;
}

/** Everything an operator can choose, checked; paths are absolute. docs/settings.md describes each one. */
export interface Settings {
  readonly dataDirectory: string;
  readonly listen: ListenAddress;
  readonly adminListen: ListenAddress;
  readonly region: string;
  readonly accountName: string;
  /** First start only; undefined lets Brevet draw one. */
  readonly accountId: AccountId | undefined;
  /** First start only; undefined lets Brevet generate one. */
  readonly rootAccessKey: { readonly id: string; readonly secret: string } | undefined;
  /** A `postgres:` URL, or undefined for the embedded database. */
  readonly databaseUrl: string | undefined;
  /** Undefined when the operator named none: then `master.key` in the data directory, made when it is missing. */
  readonly masterKeyFile: string | undefined;
  readonly logLevel: LogLevel;
  readonly workers: number;
  /** A domain under which the endpoint is reached beside its address, in lower case. */
  readonly endpointDomain: string | undefined;
  /** The URL at which others reach the endpoint, without a slash at its end; undefined where it is that of `listen`. */
  readonly publicUrl: string | undefined;
  /** Origins other than the endpoint's own to which a browser may be sent once it is signed in. */
  readonly signInDestinations: readonly string[];
  /** Days that files of the audit log are kept as they are, and at all; undefined for ever. */
  readonly audit: {
    readonly compressAfterDays: number | undefined;
    readonly deleteAfterDays: number | undefined;
    /** How often log files and digests of trails are delivered. */
    readonly deliverEverySeconds: number;
    readonly digestEverySeconds: number;
    /** The S3 endpoint of the trails' buckets; undefined for the directory that stands in for one. */
    readonly buckets:
      | {
          readonly endpoint: string;
          readonly region: string;
          readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
        }
      | undefined;
  };
  readonly gateways: readonly GatewaySettings[];
  /** What Brevet may call: ranges of addresses that are not public, and a file of certificate authorities in PEM. */
  readonly outbound: { readonly allow: readonly string[]; readonly caFile: string | undefined };
  readonly tls: TlsFiles | undefined;
  readonly authorizers: readonly AuthorizerSettings[];
  readonly instances: readonly InstanceSettings[];
  readonly containers: readonly ContainerSettings[];
  readonly clusters: readonly ClusterSettings[];
}

/** Settings that cannot be used: each problem is one line that names the setting and what was expected, never a secret. */
export class SettingsError extends Error {
  readonly code = 'InvalidSettings';
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(problems.join('\n'));
    this.name = 'SettingsError';
    this.problems = problems;
  }
}
