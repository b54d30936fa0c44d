import { Command, CommanderError } from 'commander';
import type {
  AuthorizerFlags,
  Flags,
  GatewayFlags,
  ImdsFlags,
  PodAgentSettings,
  RemoteAuthorizerSettings,
  RemoteGatewaySettings,
  RemoteInstanceSettings,
  Settings,
  SettingsError,
  SettingsInput,
  WebhookFlags,
  WebhookSettings,
} from '../settings/index.ts';
import { type AuditPorts, addAuditCommand, CommandFailed } from './audit/audit-command.ts';
import { addExplainCommand, type ExplainPorts } from './explain/explain-command.ts';
import { ExitWith } from './people/options.ts';
import { addPeopleCommands } from './people/people-commands.ts';
import type { PeoplePorts } from './people/ports.ts';

/** Everything the command line touches outside itself. */
export interface CommandLinePorts
  extends Omit<SettingsInput, 'flags'>,
    Pick<ExplainPorts, 'readInput' | 'now' | 'isTerminal'>,
    Pick<AuditPorts, 'interrupted'>,
    Omit<PeoplePorts, 'now'> {
  readonly version: string;
  /** Runs the service until it is told to stop; rejects when it cannot start. */
  readonly serve: (settings: Settings) => Promise<void>;
  /** Runs a door for a reverse proxy until it is told to stop; rejects when it cannot start. */
  readonly serveAuthorizer: (settings: RemoteAuthorizerSettings) => Promise<void>;
  /** Runs the metadata of one instance until it is told to stop; rejects when it cannot start. */
  readonly serveInstance: (settings: RemoteInstanceSettings) => Promise<void>;
  /** Runs the endpoint of the pods of one node until it is told to stop; rejects when it cannot start. */
  readonly servePods: (settings: PodAgentSettings) => Promise<void>;
  /** Runs the admission webhook of a Kubernetes cluster until it is told to stop; rejects when it cannot start. */
  readonly serveWebhook: (settings: WebhookSettings) => Promise<void>;
  /** Runs S3 gateways until it is told to stop; rejects when one cannot start. */
  readonly serveGateway: (settings: RemoteGatewaySettings) => Promise<void>;
  readonly stdout: (text: string) => void;
  readonly stderr: (text: string) => void;
}

/** 0 done, 1 failed, 2 usage or settings; of `exec` that of the command it ran. */
export type ExitCode = number;

/** Runs `brevet ARGUMENTS` (without the program's own name) and returns the exit code; says on stderr what went wrong. */
export async function runCommandLine(given: readonly string[], ports: CommandLinePorts): Promise<ExitCode> {
  try {
    await buildProgram(ports).parseAsync(given, { from: 'user' });
    return 0;
  } catch (error) {
    // Commander has already said what it has to say; help and version arrive here too, with exit code 0.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    if (error instanceof CommandFailed) return 1;
    if (error instanceof ExitWith) return error.exitCode;
    if (isSettingsError(error)) {
      for (const problem of error.problems) ports.stderr(`brevet: ${problem}\n`);
      return 2;
    }
    ports.stderr(`brevet: ${describeFailure(error)}\n`);
    return 1;
  }
}

/** Loaded when a command needs it: an SDK that runs `credential-process` waits for what is loaded. */
const settings = () => import('../settings/index.ts');

function isSettingsError(error: unknown): error is SettingsError {
  return error instanceof Error && 'code' in error && error.code === 'InvalidSettings';
}

/** The commands and their options. Parsing throws CommanderError, SettingsError, or what a command rejects with. */
export function buildProgram(ports: CommandLinePorts): Command {
  const program = new Command('brevet')
    .description('A Security Token Service you run yourself: AWS-compatible STS and IAM.')
    .version(ports.version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .exitOverride()
    .enablePositionalOptions()
    .configureOutput({ writeOut: ports.stdout, writeErr: ports.stderr });
  program
    .command('serve')
    .description('run the service until SIGTERM or SIGINT')
    .option('--config <file>', 'settings file (default: brevet.yaml if there is one)')
    .option('--data-dir <directory>', 'database, keys and audit log (default: brevet-data)')
    .option('--listen <host:port>', 'AWS endpoint (default: 127.0.0.1:4592)')
    .option('--admin-listen <host:port>', '/healthz, /readyz and /metrics (default: 127.0.0.1:4593)')
    .option('--workers <number>', 'how many processes serve the endpoint (default: 1)')
    .allowExcessArguments(false)
    .action(async (flags: Flags) => ports.serve((await settings()).loadSettings({ ...ports, flags })));
  program
    .command('authorizer')
    .description('run a door for nginx auth_request, Caddy, Traefik or Envoy until SIGTERM or SIGINT')
    .option('--config <file>', 'settings of one authorizer, in the form that docs/authorizer.md describes')
    .option('--listen <host:port>', 'where the proxy asks')
    .option('--issuer <url>', 'the AWS endpoint of the service')
    .option('--service <name>', 'service that requests are signed for (default: execute-api)')
    .option('--region <name>', 'Region that requests are signed for (default: us-east-1)')
    .option('--owner-account <id>', 'owner of the API (default: the account of the own access key)')
    .option('--api <id>', 'API in the ARN that is decided on (default: default)')
    .option('--stage <name>', 'stage in the ARN that is decided on (default: default)')
    .option(
      '--proxy <form>',
      'headers, or envoy for a proxy that sends the original itself (default: headers)',
    )
    .option('--max-staleness-seconds <number>', 'how long to go on while the service is away (default: 300)')
    .option('--client-address-header <name>', 'header in which the proxy tells the address (default: none)')
    .option('--secure-transport', 'the proxy takes nothing but TLS')
    .allowExcessArguments(false)
    .action(async (flags: AuthorizerFlags) =>
      ports.serveAuthorizer((await settings()).loadAuthorizerSettings(flags, ports)),
    );
  program
    .command('imds')
    .description(
      "serve instance metadata with a role's credentials on this host, or pods with those of their roles, until SIGTERM or SIGINT",
    )
    .option('--issuer <url>', 'the AWS endpoint of the service')
    .option('--listen <host:port>', 'where the metadata is served')
    .option(
      '--role-arn <arn>',
      'a role to assume with the own credentials, those of the standard AWS chain (default: that of the instance in the settings of the service)',
    )
    .option('--instance-id <id>', 'id of the instance, which names its sessions')
    .option(
      '--cluster <name>',
      'serve the pods of this Kubernetes cluster on this node instead of an instance',
    )
    .option('--region <name>', 'Region the instance or the cluster is in (default: us-east-1)')
    .option('--tokens <rule>', 'required, or optional to answer IMDSv1 too (default: required)')
    .option('--duration-seconds <number>', 'how long a session of --role-arn lives (default: 3600)')
    .option('--certificate <file>', 'a certificate in PEM, to have the role by IAM Roles Anywhere instead')
    .option('--private-key <file>', 'its private key')
    .option('--intermediates <file>', 'authorities between it and the trust anchor')
    .option('--trust-anchor-arn <arn>', 'the trust anchor that vouches for it')
    .option('--profile-arn <arn>', 'the profile of IAM Roles Anywhere that lists the role')
    .allowExcessArguments(false)
    .action(async (flags: ImdsFlags & { readonly cluster?: string }) =>
      flags.cluster === undefined
        ? ports.serveInstance((await settings()).loadImdsSettings(flags, ports))
        : ports.servePods((await settings()).loadPodAgentSettings(flags, ports)),
    );
  program
    .command('k8s-webhook')
    .description('run the admission webhook that gives pods their roles until SIGTERM or SIGINT')
    .option('--listen <host:port>', 'where the API server asks (default: 0.0.0.0:8443)')
    .option('--tls-cert-file <file>', 'certificate chain in PEM, read again when it changes')
    .option('--tls-key-file <file>', 'its private key')
    .option('--sts-url <url>', 'the AWS endpoint of the service, for AWS_ENDPOINT_URL_STS')
    .option('--region <name>', 'AWS_REGION of pods that set none (default: none)')
    .option('--audience <text>', "audience of the pods' tokens (default: sts.amazonaws.com)")
    .option('--token-expiration <seconds>', 'how long their tokens live (default: 86400)')
    .option('--annotation-prefix <name>', 'what annotations begin with (default: eks.amazonaws.com)')
    .option('--sts-regional-endpoints', 'have pods use the STS endpoint of their Region')
    .option('--kube-api <url>', 'the API server (default: that of the own cluster)')
    .option('--kube-ca-file <file>', "its certificate authorities (default: the own pod's)")
    .option('--kube-token-file <file>', "the token to ask it with (default: the own pod's)")
    .allowExcessArguments(false)
    .action(async (flags: WebhookFlags) =>
      ports.serveWebhook((await settings()).loadWebhookSettings(flags, ports)),
    );
  program
    .command('gateway')
    .description('run S3 gateways in front of a store until SIGTERM or SIGINT')
    .option('--config <file>', 'settings file with gateways (default: brevet.yaml if there is one)')
    .option('--issuer <url>', 'the AWS endpoint of the service')
    .option('--max-staleness-seconds <number>', 'how long to go on while the service is away (default: 300)')
    .option('--listen <host:port>', 'where S3 clients ask, for one gateway without a file')
    .option('--owner-account <id>', 'owner of the buckets that the store already has')
    .option('--domain <name>', 'domain under which BUCKET.DOMAIN names a bucket (default: none)')
    .option('--tls-cert-file <file>', 'certificate chain in PEM (default: plain HTTP)')
    .option('--tls-key-file <file>', 'its private key')
    .option('--store-endpoint <url>', 'the store: scheme, host and port')
    .option('--store-region <name>', "Region that the store's requests are signed for")
    .option('--store-access-key-id <id>', "the store's own access key")
    .option('--store-secret-access-key-file <file>', 'file that holds its secret')
    .option('--store-addressing <form>', 'path or virtual-host (default: path)')
    .allowExcessArguments(false)
    .action(async (flags: GatewayFlags) =>
      ports.serveGateway((await settings()).loadGatewaySettings(flags, ports)),
    );
  addExplainCommand(program, ports);
  addAuditCommand(program, ports);
  addPeopleCommands(program, ports);
  return program;
}

/** The message of an error and of what caused it, without the stack. */
function describeFailure(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const message = error.message === '' ? error.name : error.message;
  return error.cause === undefined ? message : `${message}: ${describeFailure(error.cause)}`;
}
