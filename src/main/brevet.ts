#!/usr/bin/env node
// The executable: hands the process to the command line. What serves is loaded only when it is asked for.
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { runCommandLine } from './command-line/index.ts';
import { openBrowser } from './command-line/people/open-browser.ts';
import { openTerminal } from './command-line/people/prompt.ts';
import { runChild } from './command-line/people/run-child.ts';

const readFile = (path: string | URL): string => readFileSync(path, 'utf8');
const { version } = JSON.parse(readFile(new URL('../../package.json', import.meta.url))) as {
  version: string;
};

process.exit(
  await runCommandLine(process.argv.slice(2), {
    version,
    environment: process.env,
    workingDirectory: process.cwd(),
    readFile,
    serve: async (settings) => (await import('./serve.ts')).serve(settings),
    serveAuthorizer: async (settings) => (await import('./authorizer.ts')).serveAuthorizer(settings),
    serveInstance: async (settings) => (await import('./instance-metadata.ts')).serveInstance(settings),
    servePods: async (settings) => (await import('./instance-metadata.ts')).servePods(settings),
    serveWebhook: async (settings) => (await import('./k8s-webhook.ts')).serveWebhook(settings),
    serveGateway: async (settings) => (await import('./gateway.ts')).serveGateway(settings),
    readInput: () => readFileSync(0, 'utf8'),
    now: Date.now,
    interrupted: () => {
      const stop = new AbortController();
      process.once('SIGINT', () => stop.abort());
      process.once('SIGTERM', () => stop.abort());
      return stop.signal;
    },
    isTerminal: process.stdout.isTTY === true,
    platform: process.platform,
    terminal: openTerminal(),
    fetch,
    random: (bytes) => randomBytes(bytes).toString('base64url'),
    ownCommand: [process.execPath, ...process.argv.slice(1, 2)],
    openBrowser,
    runChild,
    stdout: (text) => process.stdout.write(text),
    stderr: (text) => process.stderr.write(text),
  }),
);
