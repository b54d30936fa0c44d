import { resolve } from 'node:path';
import type { Command } from 'commander';
import { explain } from '#core/policy';
import type { Instant } from '#core/time';
import { loadAwsProfile } from './aws-profile.ts';
import { decodeMessage } from './decode-message.ts';
import { drawDecoded, parseDecoded } from './draw-decoded.ts';
import { drawExplanation } from './draw-explanation.ts';
import { type OfflineOptions, readPolicies, readRequest, UsageError } from './offline.ts';
import { type Branch, drawTree } from './tree.ts';

/** What `brevet explain` touches outside itself. */
export interface ExplainPorts {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly workingDirectory: string;
  readonly readFile: (path: string) => string;
  /** The whole of standard input. */
  readonly readInput: () => string;
  readonly now: () => Instant;
  readonly stdout: (text: string) => void;
  /** Whether stdout is a terminal. */
  readonly isTerminal: boolean;
}

interface Flags extends Partial<OfflineOptions> {
  readonly decoded?: string;
  readonly json?: true;
  readonly profile?: string;
  readonly endpointUrl?: string;
}

/** Adds the command that explains a decision: of an encoded message, a decoded one, or policies in files. */
export function addExplainCommand(program: Command, ports: ExplainPorts): void {
  const command = program
    .command('explain')
    .description('say why a request was denied or allowed, as a tree')
    .argument('[message]', 'encoded message of a denial; the service opens it with your AWS credentials')
    .option('--decoded <file>', 'message that is decoded already; - for standard input')
    .option('--policy <file...>', 'identity policies to decide by, without the service')
    .option('--boundary <file>', 'permissions boundary')
    .option('--session <file...>', 'session policies')
    .option('--resource-policy <file>', 'policy of the resource')
    .option('--trust-policy <file>', 'trust policy of the role that is to be assumed')
    .option('--scp <file...>', "service control policies, the organization's root first")
    .option('--principal <arn>', 'who asks: a user, a role session or a root')
    .option('--action <action>', 'what is asked, such as s3:GetObject')
    .option('--resource <arn>', 'on what (default: *)')
    .option('--resource-account <id>', "whose the resource is (default: the principal's)")
    .option('--context <key=value...>', 'condition keys of the request; one given twice has several values')
    .option('--profile <name>', 'profile of the AWS files (default: AWS_PROFILE)')
    .option('--endpoint-url <url>', 'the service (default: as for the AWS CLI, else http://127.0.0.1:4592)')
    .option('--json', 'print JSON')
    .allowExcessArguments(false);
  command.action(async (message: string | undefined, flags: Flags) => {
    const given = [message, flags.decoded, flags.policy].filter((one) => one !== undefined);
    if (given.length !== 1)
      command.error('error: give one of an encoded message, --decoded and --policy', { exitCode: 2 });
    try {
      const { value, tree } = await explained(message, flags, ports);
      const colour = ports.isTerminal && (ports.environment.NO_COLOR ?? '') === '';
      ports.stdout(flags.json === true ? `${JSON.stringify(value, null, 2)}\n` : drawTree(tree, colour));
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      command.error(`error: ${error.message}`, { exitCode: 2 });
    }
  });
}

async function explained(
  message: string | undefined,
  flags: Flags,
  ports: ExplainPorts,
): Promise<{ readonly value: unknown; readonly tree: Branch }> {
  const readFile = (path: string): string => ports.readFile(resolve(ports.workingDirectory, path));
  if (message !== undefined) {
    const profile = loadAwsProfile({ ...ports, profile: flags.profile, endpoint: flags.endpointUrl });
    return describeDecoded(await decodeMessage(message, profile, ports.now()));
  }
  if (flags.decoded !== undefined)
    return describeDecoded(flags.decoded === '-' ? ports.readInput() : readFile(flags.decoded));
  const options = readOptions(flags);
  const request = readRequest(options);
  const explanation = explain(request, readPolicies(options, readFile));
  return { value: explanation, tree: drawExplanation(options, explanation) };
}

function describeDecoded(text: string): { readonly value: unknown; readonly tree: Branch } {
  const decoded = parseDecoded(text);
  return { value: decoded, tree: drawDecoded(decoded) };
}

function readOptions({ policy = [], principal, action, resource = '*', ...rest }: Flags): OfflineOptions {
  if (principal === undefined) throw new UsageError('--policy needs --principal');
  if (action === undefined) throw new UsageError('--policy needs --action');
  return { ...rest, policy, principal, action, resource };
}
