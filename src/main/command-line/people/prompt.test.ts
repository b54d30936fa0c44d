import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { describe, test } from 'node:test';
import { Interrupted, openTerminal, type Terminal } from './prompt.ts';

interface Faked {
  readonly terminal: Terminal;
  readonly input: PassThrough;
  readonly modes: boolean[];
  shown(): string;
}

function fakeTerminal(): Faked {
  const modes: boolean[] = [];
  let shown = '';
  const input = Object.assign(new PassThrough(), {
    isTTY: true,
    setRawMode: (mode: boolean) => modes.push(mode),
  });
  const output = {
    write: (text: string) => {
      shown += text;
    },
  };
  return { terminal: openTerminal({ input, output }), input, modes, shown: () => shown };
}

describe('a terminal', () => {
  test('shows what is typed, and not what is hidden', async () => {
    const { terminal, input, shown, modes } = fakeTerminal();
    input.write('ada\r');
    assert.equal(await terminal.ask('User name: ', false), 'ada');
    input.write('geheim ünd\u{1f511}\r');
    assert.equal(await terminal.ask('Password: ', true), 'geheim ünd\u{1f511}');
    assert.equal(shown(), 'User name: ada\nPassword: \n');
    assert.deepEqual(modes, [true, false, true, false]);
  });

  test('is quiet before it asks', () => {
    const { terminal, input, modes } = fakeTerminal();
    const output: boolean[][] = [];
    const quiet = openTerminal({ input, output: { write: () => output.push([...modes]) } });
    void quiet.ask('Password: ', true);
    assert.deepEqual(output, [[true]]);
    assert.equal(terminal.isInteractive, true);
  });

  test('takes a character that comes in pieces', async () => {
    const { terminal, input } = fakeTerminal();
    const asked = terminal.ask('Password: ', true);
    const bytes = Buffer.from('ü');
    input.write(bytes.subarray(0, 1));
    input.write(bytes.subarray(1));
    input.write('\n');
    assert.equal(await asked, 'ü');
  });

  test('takes back what is erased, a character or the line', async () => {
    const { terminal, input, shown } = fakeTerminal();
    input.write('\u007fabc\u007f\bd\r');
    assert.equal(await terminal.ask('User name: ', false), 'ad');
    assert.equal(shown(), 'User name: abc\b \b\b \bd\n');
    input.write('wrong\u0015right\r');
    assert.equal(await terminal.ask('Password: ', true), 'right');
  });

  test('takes no control characters, and no more than a line can be', async () => {
    const { terminal, input } = fakeTerminal();
    input.write(`a\u001b\tb${'c'.repeat(2000)}\r`);
    assert.equal(await terminal.ask('User name: ', false), `ab${'c'.repeat(1022)}`);
  });

  test('gives up when somebody does not want to go on, and is as it was', async () => {
    for (const keys of ['half\u0003', '\u0004']) {
      const { terminal, input, modes, shown } = fakeTerminal();
      input.write(keys);
      await assert.rejects(terminal.ask('Password: ', true), Interrupted);
      assert.deepEqual(modes, [true, false]);
      assert.equal(shown(), 'Password: \n');
    }
  });

  test('gives up when nobody is there any more', async () => {
    const { terminal, input } = fakeTerminal();
    const asked = terminal.ask('Password: ', true);
    input.end();
    await assert.rejects(asked, Interrupted);
  });

  test('is none where standard input is no terminal', () => {
    const { isInteractive } = openTerminal({ input: new PassThrough(), output: { write: () => true } });
    assert.equal(isInteractive, false);
  });
});
