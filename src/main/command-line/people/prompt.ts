import process from 'node:process';
import { StringDecoder } from 'node:string_decoder';

/** Asks somebody at a terminal. */
export interface Terminal {
  /** False where nobody can be asked. */
  readonly isInteractive: boolean;
  /** One line. What is hidden is not shown while it is typed. Rejects with Interrupted. */
  readonly ask: (question: string, hidden: boolean) => Promise<string>;
}

/** Somebody at the terminal does not want to go on. */
export class Interrupted extends Error {
  constructor() {
    super('interrupted');
  }
}

/** What a terminal is, as far as a prompt needs it. */
export interface TerminalStreams {
  readonly input: NodeJS.ReadableStream & {
    readonly isTTY?: boolean;
    setRawMode?(mode: boolean): unknown;
  };
  readonly output: { write(text: string): unknown };
}

const longestLine = 1024;
const [enter, newline, interrupt, end, backspace, erase, eraseLine] = [
  '\r',
  '\n',
  '\u0003',
  '\u0004',
  '\u007f',
  '\b',
  '\u0015',
];

/** The terminal that the program was started in. Questions go to standard error, so that standard output can be anything. */
export function openTerminal(
  { input, output }: TerminalStreams = { input: process.stdin, output: process.stderr },
): Terminal {
  return {
    isInteractive: input.isTTY === true,
    ask: (question, hidden) => askRaw({ input, output }, question, hidden),
  };
}

/** In raw mode the terminal shows nothing of itself: what is shown is written here, and that mode is left whatever happens. */
function askRaw({ input, output }: TerminalStreams, question: string, hidden: boolean): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const decoder = new StringDecoder('utf8');
  let line: string[] = [];
  const finish = (settle: () => void): void => {
    input.removeListener('data', onData);
    input.removeListener('end', onEnd);
    input.setRawMode?.(false);
    input.pause();
    output.write('\n');
    settle();
  };
  const onEnd = (): void => finish(() => reject(new Interrupted()));
  const onData = (chunk: Buffer | string): void => {
    for (const character of typeof chunk === 'string' ? chunk : decoder.write(chunk)) {
      if (character === enter || character === newline) {
        // What was pasted behind the line is left for nobody.
        finish(() => resolve(line.join('')));
        return;
      }
      if (character === interrupt || (character === end && line.length === 0)) {
        finish(() => reject(new Interrupted()));
        return;
      }
      edit(character);
    }
  };
  const edit = (character: string): void => {
    if (character === backspace || character === erase) {
      if (line.pop() !== undefined && !hidden) output.write('\b \b');
    } else if (character === eraseLine) {
      if (!hidden) output.write('\b \b'.repeat(line.length));
      line = [];
    } else if (character >= ' ' && line.length < longestLine) {
      line.push(character);
      if (!hidden) output.write(character);
    }
  };
  // Before the question is there: what is typed at once would be shown otherwise.
  input.setRawMode?.(true);
  output.write(question);
  input.on('data', onData);
  input.once('end', onEnd);
  input.resume();
  return promise;
}
