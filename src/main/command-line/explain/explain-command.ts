import { resolve } from 'node:path';
import type { Command } from 'commander';
import { explain } from '#core/policy';
import type { Instant } from '#core/time';
import type { IamTypes } from '#wire/model';
import { askService, type QueryCall } from '../ask-service.ts';
import { loadAwsProfile } from './aws-profile.ts';
import { drawDecoded, parseDecoded } from './draw-decoded.ts';
import { drawExplanation } from './draw-explanation.ts';
import { drawSimulation } from './draw-simulation.ts';
import { type OfflineOptions, readContext, readPolicies, readRequest, UsageError } from './offline.ts';
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
    .option(
      '--principal <arn>',
      'who asks; without --policy a user, group or role, whose policies the service knows',
    )
    .option('--action <action>', 'what is asked, such as s3:GetObject')
    .option('--resource <arn>', 'on what (default: *)')
    .option('--resource-account <id>', "whose the resource is (default: the principal's)")
    .option('--context <key=value...>', 'condition keys of the request; one given twice has several values')
    .option('--profile <name>', 'profile of the AWS files (default: AWS_PROFILE)')
    .option('--endpoint-url <url>', 'the service (default: as for the AWS CLI, else http://127.0.0.1:4592)')
    .option('--json', 'print JSON')
    .allowExcessArguments(false);
  command.action(async (message: string | undefined, flags: Flags) => {
    const given = [message, flags.decoded, flags.policy ?? flags.principal].filter(
      (one) => one !== undefined,
    );
    if (given.length !== 1)
      command.error('error: give one of an encoded message, --decoded, --policy and --principal', {
        exitCode: 2,
      });
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
  const ask = (call: QueryCall): Promise<Readonly<Record<string, unknown>>> =>
    askService(
      call,
      loadAwsProfile({ ...ports, profile: flags.profile, endpoint: flags.endpointUrl }),
      ports.now(),
    );
  if (message !== undefined) {
    const parameters = [['EncodedMessage', message]] as const;
    const { DecodedMessage } = await ask({
      service: 'sts',
      action: 'DecodeAuthorizationMessage',
      parameters,
    });
    return describeDecoded(String(DecodedMessage));
  }
  if (flags.decoded !== undefined)
    return describeDecoded(flags.decoded === '-' ? ports.readInput() : readFile(flags.decoded));
  const options = readOptions(flags);
  if (flags.policy === undefined) {
    const parameters = simulationParameters(options);
    const { EvaluationResults } = await ask({
      service: 'iam',
      action: 'SimulatePrincipalPolicy',
      parameters,
    });
    const [result] = (EvaluationResults ?? []) as readonly IamTypes.EvaluationResult[];
    if (result === undefined) throw new Error('the service answered without a result');
    return { value: result, tree: drawSimulation(options.principal, result) };
  }
  const request = readRequest(options);
  const explanation = explain(request, readPolicies(options, readFile));
  return { value: explanation, tree: drawExplanation(options, explanation) };
}

function simulationParameters({
  principal,
  action,
  resource,
  context,
  ...files
}: OfflineOptions): QueryCall['parameters'] {
  const ofFiles = { ...files, policy: undefined };
  if (Object.values(ofFiles).some((value) => value !== undefined))
    throw new UsageError('policies in files, and --resource-account, need --policy');
  return [
    ['PolicySourceArn', principal],
    ['ActionNames.member.1', action],
    ['ResourceArns.member.1', resource],
    ...[...readContext(context)].flatMap(([key, value], index) => {
      const entry = `ContextEntries.member.${index + 1}`;
      return [
        [`${entry}.ContextKeyName`, key] as const,
        [`${entry}.ContextKeyType`, typeof value === 'string' ? 'string' : 'stringList'] as const,
        ...[value].flat().map((one, at) => [`${entry}.ContextKeyValues.member.${at + 1}`, one] as const),
      ];
    }),
  ];
}

function describeDecoded(text: string): { readonly value: unknown; readonly tree: Branch } {
  const decoded = parseDecoded(text);
  return { value: decoded, tree: drawDecoded(decoded) };
}

function readOptions({
  policy = [],
  principal,
  action,
  resource = '*',
  boundary,
  session,
  resourcePolicy,
  trustPolicy,
  scp,
  resourceAccount,
  context,
}: Flags): OfflineOptions {
  if (principal === undefined) throw new UsageError('--policy needs --principal');
  if (action === undefined) throw new UsageError('--principal needs --action');
  return {
    policy,
    principal,
    action,
    resource,
    ...(boundary === undefined ? {} : { boundary }),
    ...(session === undefined ? {} : { session }),
    ...(resourcePolicy === undefined ? {} : { resourcePolicy }),
    ...(trustPolicy === undefined ? {} : { trustPolicy }),
    ...(scp === undefined ? {} : { scp }),
    ...(resourceAccount === undefined ? {} : { resourceAccount }),
    ...(context === undefined ? {} : { context }),
  };
}
