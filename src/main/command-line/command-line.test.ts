import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Settings } from '../settings/index.ts';
import { type ExitCode, runCommandLine } from './index.ts';

interface Outcome {
  readonly code: ExitCode;
  readonly stdout: string;
  readonly stderr: string;
  readonly served: readonly Settings[];
}

async function brevet(line: string, serve = async (): Promise<void> => {}): Promise<Outcome> {
  const served: Settings[] = [];
  let stdout = '';
  let stderr = '';
  const code = await runCommandLine(line.split(' ').filter(Boolean), {
    version: '1.2.3',
    environment: { BREVET_REGION: 'eu-west-1' },
    workingDirectory: '/here',
    readFile: (path) => {
      if (path === '/here/b.yaml') return 'workers: 3\nlisten: file:1\n';
      throw Object.assign(new Error(`no ${path}`), { code: 'ENOENT' });
    },
    readInput: () => '',
    now: () => 0,
    isTerminal: false,
    serve: async (settings) => {
      served.push(settings);
      await serve();
    },
    stdout: (text) => {
      stdout += text;
    },
    stderr: (text) => {
      stderr += text;
    },
  });
  return { code, stdout, stderr, served };
}

describe('brevet', () => {
  it('prints its version', async () => {
    assert.deepEqual(await brevet('--version'), { code: 0, stdout: '1.2.3\n', stderr: '', served: [] });
  });

  it('prints help on stdout when asked', async () => {
    const { code, stdout, stderr } = await brevet('--help');
    assert.deepEqual([code, stderr], [0, '']);
    assert.match(stdout, /^Usage: brevet \[options\] \[command\]\n/);
    assert.deepEqual(await brevet('-h'), { code: 0, stdout, stderr: '', served: [] });
    assert.match(stdout, /^ {2}serve \[options\] +run the service until SIGTERM or SIGINT$/m);
  });

  it('prints the help of a command with every option of the contract', async () => {
    const { code, stdout, served } = await brevet('serve --help');
    assert.equal(code, 0);
    assert.deepEqual(served, []);
    assert.deepEqual(stdout.match(/--[a-z-]+(?: <[^>]+>)?/g), [
      '--config <file>',
      '--data-dir <directory>',
      '--listen <host:port>',
      '--admin-listen <host:port>',
      '--workers <number>',
      '--help',
    ]);
  });

  it('without a command fails with its help on stderr', async () => {
    const { code, stdout, stderr } = await brevet('');
    assert.deepEqual([code, stdout], [2, '']);
    assert.match(stderr, /^Usage: brevet/);
  });

  for (const [line, complaint] of [
    ['srve', "error: unknown command 'srve'\n(Did you mean serve?)\n"],
    ['--verson', "error: unknown option '--verson'\n(Did you mean --version?)\n"],
    ['serve --lisen x:1', "error: unknown option '--lisen'\n(Did you mean --listen?)\n"],
    ['serve --permissive', "error: unknown option '--permissive'\n"],
    ['serve --listen', "error: option '--listen <host:port>' argument missing\n"],
    ['serve now', "error: too many arguments for 'serve'. Expected 0 arguments but got 1: now.\n"],
  ] as const) {
    it(`fails with exit code 2 and a suggestion: brevet ${line}`, async () => {
      assert.deepEqual(await brevet(line), { code: 2, stdout: '', stderr: complaint, served: [] });
    });
  }
});

describe('brevet serve', () => {
  it('hands flags, environment and file to the settings', async () => {
    const { code, stdout, stderr, served } = await brevet(
      'serve --config b.yaml --data-dir d --listen flag:2 --admin-listen=[::1]:3',
    );
    assert.deepEqual([code, stdout, stderr, served.length], [0, '', '', 1]);
    const [settings] = served;
    assert.equal(settings?.dataDirectory, '/here/d');
    assert.deepEqual(settings?.listen, { host: 'flag', port: 2 });
    assert.deepEqual(settings?.adminListen, { host: '::1', port: 3 });
    assert.equal(settings?.region, 'eu-west-1');
    assert.equal(settings?.workers, 3);
  });

  it('does not start with wrong settings and says each on its line', async () => {
    const { code, stderr, served } = await brevet('serve --listen here --workers none');
    assert.deepEqual([code, served], [2, []]);
    assert.equal(
      stderr,
      'brevet: --listen: expected HOST:PORT, such as 127.0.0.1:4592 or [::1]:4592; it is "here"\n' +
        'brevet: --workers: expected a whole number from 1 to 64; it is "none"\n',
    );
  });

  it('fails with exit code 1 and the reason, without a stack, when the service cannot start', async () => {
    const failure = new Error('cannot open the database', { cause: new Error('disk I/O error') });
    const { code, stdout, stderr } = await brevet('serve', () => Promise.reject(failure));
    assert.deepEqual([code, stdout, stderr], [1, '', 'brevet: cannot open the database: disk I/O error\n']);
  });
});
