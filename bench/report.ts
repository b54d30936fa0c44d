/** One line of the report. */
export interface Row {
  readonly benchmark: string;
  readonly result: string;
  readonly aim: { readonly text: string; readonly met: boolean } | undefined;
  readonly detail: string;
}

/** All results as one table in Markdown. */
export function formatTable(rows: readonly Row[]): string {
  const cells = [
    ['Benchmark', 'Result', 'Aim', 'Detail'],
    ...rows.map(({ benchmark, result, aim, detail }) => [
      benchmark,
      result,
      aim === undefined ? '' : `${aim.text} ${aim.met ? '✓' : '✗ missed'}`,
      detail,
    ]),
  ];
  const widths = [0, 1, 2, 3].map((column) => Math.max(...cells.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]): string =>
    `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |\n`;
  const [head = [], ...rest] = cells;
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...rest.map(line)].join('');
}
