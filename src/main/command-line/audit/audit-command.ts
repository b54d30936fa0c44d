import { join } from 'node:path';
import type { Command } from 'commander';
import { parseAuditLine } from '#core/audit';
import type { AuditReader, AuditStep } from '#stores/audit-log';
import type { SettingsInput } from '../../settings/index.ts';
import { drawEntry, matchEntry, type TailFilter } from './draw-entry.ts';

/** What `brevet audit` touches outside itself, the files of the audit log apart. */
export interface AuditPorts extends Omit<SettingsInput, 'flags'> {
  /** Aborts when the user has had enough. */
  readonly interrupted: () => AbortSignal;
  readonly stdout: (text: string) => void;
  readonly stderr: (text: string) => void;
  readonly isTerminal: boolean;
}

/** A command has said what is wrong; there is nothing to add but the exit code. */
export class CommandFailed extends Error {
  readonly code = 'CommandFailed';
}

interface Where {
  readonly config?: string;
  readonly dataDir?: string;
}

interface TailFlags extends Where, TailFilter {
  readonly json?: true;
  readonly all?: true;
  readonly follow: boolean;
}

const pollMs = 200;
const outcomes = ['success', 'denied', 'failed', 'unknown'];

/** Adds the commands that check and show the audit log. They only read files: the service may run or not. */
export function addAuditCommand(program: Command, ports: AuditPorts): void {
  const audit = program.command('audit').description('check and watch the audit log');
  audit
    .command('verify')
    .description('check that no record was changed, removed or put in; exit 1 and name the first that was')
    .option('--data-dir <directory>', 'where the service keeps its state (default: brevet-data)')
    .option('--config <file>', 'settings file (default: brevet.yaml if there is one)')
    .option('--json', 'print JSON')
    .allowExcessArguments(false)
    .action((flags: Where & { readonly json?: true }) => verify(flags, ports));
  const tail = audit
    .command('tail')
    .description('print records as they are written, until interrupted')
    .option('--principal <text>', 'only those of callers whose ARN, name or account contains this')
    .option('--event <name>', 'only those of this operation, such as AssumeRole')
    .option('--access-key <id>', 'only those signed with this key')
    .option('--outcome <outcome>', `only those that ended as one of ${outcomes.join(', ')}`)
    .option('--account <id>', 'only those of this account')
    .option('--all', 'begin with what is already there')
    .option('--no-follow', 'end when there is no more')
    .option('--json', 'print each record as one line of JSON')
    .option('--data-dir <directory>', 'where the service keeps its state (default: brevet-data)')
    .option('--config <file>', 'settings file (default: brevet.yaml if there is one)')
    .allowExcessArguments(false);
  tail.action((flags: TailFlags) => {
    if (flags.outcome !== undefined && !outcomes.includes(flags.outcome))
      tail.error(`error: --outcome: expected one of ${outcomes.join(', ')}`, { exitCode: 2 });
    return follow(flags, ports);
  });
}

/** Loaded when it is needed: other commands are to start without it. */
const auditLog = () => import('#stores/audit-log');

async function auditDirectory({ config, dataDir }: Where, ports: AuditPorts): Promise<string> {
  const { loadSettings } = await import('../../settings/index.ts');
  const flags = {
    ...(config === undefined ? {} : { config }),
    ...(dataDir === undefined ? {} : { dataDir }),
  };
  return join(loadSettings({ ...ports, flags }).dataDirectory, 'audit');
}

async function verify(flags: Where & { readonly json?: true }, ports: AuditPorts): Promise<void> {
  const { verifyAuditLog } = await auditLog();
  const directory = await auditDirectory(flags, ports);
  const report = await verifyAuditLog(directory);
  if (flags.json === true) ports.stdout(`${JSON.stringify(report)}\n`);
  else if (report.problems.length === 0)
    ports.stdout(`${report.records} records, none changed, removed or put in\n`);
  for (const { file, line, problem } of report.problems)
    ports.stderr(`brevet: ${join(directory, file)}:${line}: ${problem}\n`);
  if (report.problems.length > 0) throw new CommandFailed();
}

async function follow(flags: TailFlags, ports: AuditPorts): Promise<void> {
  const { endOfAuditLog, followAuditLog, openAuditReader } = await auditLog();
  const directory = await auditDirectory(flags, ports);
  const reader = openAuditReader({
    directory,
    ...(flags.all === true || !flags.follow ? {} : { from: await endOfAuditLog(directory) }),
  });
  const colour = ports.isTerminal && (ports.environment.NO_COLOR ?? '') === '';
  for await (const step of flags.follow
    ? followAuditLog(reader, { signal: ports.interrupted(), pollMs })
    : readToEnd(reader))
    printStep(step, flags, colour, ports);
}

async function* readToEnd(reader: AuditReader): AsyncGenerator<AuditStep> {
  for (;;) {
    const steps = await reader.read();
    if (steps.length === 0) return;
    yield* steps;
  }
}

function printStep(step: AuditStep, flags: TailFlags, colour: boolean, ports: AuditPorts): void {
  if (step.kind === 'broken') ports.stderr(`brevet: ${step.file} at byte ${step.offset}: ${step.problem}\n`);
  if (step.kind !== 'line') return;
  const entry = parseAuditLine(step.text);
  if (entry === undefined || !matchEntry(entry, flags)) return;
  ports.stdout(flags.json === true ? `${step.text}\n` : `${drawEntry(entry, colour)}\n`);
}
