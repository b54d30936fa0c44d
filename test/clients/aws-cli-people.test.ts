import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { run } from '../imds-fixture.ts';
import {
  account,
  loginArguments,
  type People,
  password,
  roleArn,
  roleSessionArn,
  startPeople,
  userArn,
} from '../people-processes.ts';

let directory = '';
let people: People;

before(async () => {
  directory = await mkdtemp(join(tmpdir(), 'brevet-cli-people-'));
  people = await startPeople(directory);
  await people.run(loginArguments, `${password}\n`);
  await people.run(['configure', '--profile', 'ada']);
  await people.run(['configure', '--profile', 'deploy', '--role', roleArn]);
});
after(async () => {
  await people.stop();
  await rm(directory, { recursive: true, force: true });
});

const whoAmI = ['sts', 'get-caller-identity', '--query', 'Arn', '--output', 'text'];

describe('the AWS CLI with a profile of brevet configure and nothing else', () => {
  test('is whoever signed in, also past the end of their credentials', async () => {
    const { AWS_ENDPOINT_URL: _, ...environment } = people.environment;
    const ask = async (profile: string): Promise<string> =>
      (await run('aws', [...whoAmI, '--profile', profile], environment)).trim();
    assert.equal(await ask('ada'), userArn);
    await people.age();
    assert.equal(await ask('ada'), userArn);
    assert.equal(await ask('deploy'), roleSessionArn);
  });

  test('says in one line that the session is over', async () => {
    const { AWS_ENDPOINT_URL: _, ...environment } = people.environment;
    const elsewhere = { ...environment, XDG_CACHE_HOME: join(directory, 'nothing') };
    await assert.rejects(
      run('aws', [...whoAmI, '--profile', 'ada'], elsewhere),
      /brevet: not signed in: run brevet login/,
    );
  });
});

test('the AWS CLI is a role under brevet exec', async () => {
  const { code, stdout } = await people.run(['exec', '--role', roleArn, '--', 'aws', ...whoAmI]);
  assert.deepEqual([code, stdout], [0, `${roleSessionArn}\n`]);
});

/** Runs `brevet login` at a terminal of its own and types there; prints what the terminal showed, and the exit code. */
const atTerminal = `
import os, pty, sys
pid, fd = pty.fork()
if pid == 0:
    os.execvp(sys.argv[1], sys.argv[1:])
shown = b""
for question, answer in ((b"alias: ", os.environ["ACCOUNT"]), (b"name: ", "ada"), (b"Password: ", os.environ["TYPED"]), (b"device): ", "")):
    while not shown.endswith(question):
        shown += os.read(fd, 1024)
    os.write(fd, answer.encode() + b"\\r")
while True:
    try:
        more = os.read(fd, 1024)
    except OSError:
        break
    if not more:
        break
    shown += more
_, status = os.waitpid(pid, 0)
sys.stdout.buffer.write(shown.replace(b"\\r\\n", b"\\n"))
print(os.waitstatus_to_exitcode(status))
`;

describe('brevet login at a terminal', () => {
  const program = fileURLToPath(new URL('../../src/main/brevet.ts', import.meta.url));
  const given = [
    '-c',
    atTerminal,
    process.execPath,
    '--disable-warning=ExperimentalWarning',
    program,
    'login',
  ];
  const questions = `Account ID or alias: ${account}\nUser name: ada\nPassword: \nMFA code (empty without a device): \n`;

  test('shows what is typed but the secrets', async () => {
    const environment = { ...people.environment, ACCOUNT: account, TYPED: password };
    assert.equal(await run('python3', given, environment), `${questions}signed in as ${userArn}\n0\n`);
  });

  test('asks once, and says in one line that it was wrong', async () => {
    const environment = { ...people.environment, ACCOUNT: account, TYPED: 'wrong' };
    assert.equal(
      await run('python3', given, environment),
      `${questions}brevet: Your authentication information is incorrect. Please try again.\n1\n`,
    );
  });
});
