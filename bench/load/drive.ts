import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Run, RunResult } from './generator.ts';

/** A running load generator. */
export interface Generator {
  /** Rejects when any answer was not 200. */
  run(run: Run): Promise<RunResult>;
  stop(): void;
}

/** Starts the load generator in a process of its own. */
export function startGenerator(): Generator {
  const child = fork(fileURLToPath(new URL('generator.ts', import.meta.url)), { serialization: 'advanced' });
  const gone = once(child, 'exit').then(() => {
    throw new Error('the load generator ended');
  });
  // Whoever runs something meanwhile is told; when nobody does, it was stopped.
  gone.catch(() => undefined);
  return {
    async run(run) {
      child.send(run);
      const [result] = (await Promise.race([once(child, 'message'), gone])) as [RunResult];
      if (result.failure !== undefined) throw new Error(`the server answered: ${result.failure}`);
      return result;
    },
    stop: () => void child.kill(),
  };
}
