import cluster, { type Worker } from 'node:cluster';
import type { Logger } from 'pino';

const mostRestarts = 5;
const restartWindowMs = 30_000;

/** The worker processes that share one listening port. */
export interface Workers {
  readonly address: { readonly port: number };
  allListening(): boolean;
  /** Asks every worker to finish what it is doing; kills those that are not gone after `graceMs`. */
  drain(graceMs: number): Promise<void>;
}

/** Starts workers and replaces those that die; `onDied` is told the id of each, which no other will have. Resolves when all listen; rejects when one cannot start. */
export async function superviseWorkers(
  count: number,
  log: Logger,
  onDied: (worker: number) => void,
): Promise<Workers> {
  const listening = new Set<Worker>();
  const restarts: number[] = [];
  let draining = false;
  const address = await new Promise<{ port: number }>((resolve, reject) => {
    cluster.on('listening', (worker, at) => {
      listening.add(worker);
      if (listening.size === count) resolve({ port: at.port });
    });
    cluster.on('exit', (worker, code, signal) => {
      listening.delete(worker);
      if (draining) return;
      log.error({ worker: worker.id, code, signal }, 'worker died');
      onDied(worker.id);
      reject(new Error(`a worker could not start (exit ${code})`));
      const now = Date.now();
      restarts.push(now);
      if (restarts.filter((at) => now - at < restartWindowMs).length > mostRestarts) {
        log.fatal('workers keep dying; giving up');
        process.exit(1);
      }
      cluster.fork();
    });
    for (let index = 0; index < count; index++) cluster.fork();
  });
  return {
    address,
    allListening: () => listening.size === count,
    async drain(graceMs) {
      draining = true;
      const workers = Object.values(cluster.workers ?? {}).flatMap((worker) => worker ?? []);
      await Promise.all(workers.map((worker) => drainWorker(worker, graceMs)));
    },
  };
}

function drainWorker(worker: Worker, graceMs: number): Promise<void> {
  return new Promise((resolve) => {
    const kill = setTimeout(() => worker.process.kill('SIGKILL'), graceMs + 1000);
    worker.once('exit', () => {
      clearTimeout(kill);
      resolve();
    });
    worker.send('drain');
  });
}
