/** A line of a tree and what hangs from it. */
export interface Branch {
  readonly text: string;
  readonly tone?: Tone;
  readonly branches?: readonly Branch[];
}

export type Tone = 'good' | 'bad' | 'quiet';

const colours: Readonly<Record<Tone, string>> = { good: '32', bad: '31', quiet: '2' };

/** A tree as text for a terminal, one line for each branch. */
export function drawTree(root: Branch, colour: boolean): string {
  return [paint(root, colour), ...draw(root.branches ?? [], '', colour), ''].join('\n');
}

function draw(branches: readonly Branch[], indent: string, colour: boolean): readonly string[] {
  return branches.flatMap((branch, index) => {
    const isLast = index === branches.length - 1;
    return [
      `${indent}${isLast ? '└─ ' : '├─ '}${paint(branch, colour)}`,
      ...draw(branch.branches ?? [], `${indent}${isLast ? '   ' : '│  '}`, colour),
    ];
  });
}

function paint({ text, tone }: Branch, colour: boolean): string {
  const plain = printable(text);
  return colour && tone !== undefined ? `\u001b[${colours[tone]}m${plain}\u001b[0m` : plain;
}

/** The text with what could steer a terminal spelled out: a policy or a request may hold anything. */
export function printable(text: string): string {
  return text.replaceAll(
    /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
