/**
 * The load generator, a process of its own: keeps that many connections busy with requests signed beforehand, and reads no more of an
 * answer than its status and length, so that it is not what is measured. Driven over IPC by drive.ts.
 */
import { connect, type Socket } from 'node:net';
import process from 'node:process';
import { type Plan, signRequests } from './requests.ts';

/** One run: for so long, over that many connections. */
export interface Run {
  readonly plan: Plan;
  readonly connections: number;
  readonly milliseconds: number;
}

/** What a run saw. */
export interface RunResult {
  readonly seconds: number;
  /** One per answered request, in milliseconds. */
  readonly latencies: Float64Array;
  /** The first answer that was not 200, or undefined. */
  readonly failure: string | undefined;
}

const headEnd = Buffer.from('\r\n\r\n');
const signed = new Map<string, readonly Buffer[]>();
/** Spreads neighbouring requests over all roles. */
const stride = 7919;

process.on('message', (run: Run) => {
  drive(run).then(
    (result) => process.send?.(result),
    (error: unknown) => {
      process.stderr.write(`${error}\n`);
      process.exit(1);
    },
  );
});

async function drive({ plan, connections, milliseconds }: Run): Promise<RunResult> {
  const name = JSON.stringify(plan);
  const requests = signed.get(name) ?? signRequests(plan);
  signed.set(name, requests);
  const latencies: number[] = [];
  let failure: string | undefined;
  let next = Math.floor(Math.random() * requests.length);
  const start = performance.now();
  const until = start + milliseconds;

  const busy = (socket: Socket): Promise<void> =>
    new Promise((resolve, reject) => {
      let sentAt = 0;
      let missing = 0;
      let held: Buffer | undefined;
      const send = (): void => {
        next = (next + stride) % requests.length;
        sentAt = performance.now();
        socket.write(requests[next] ?? '');
      };
      const finish = (): void => {
        const now = performance.now();
        latencies.push(now - sentAt);
        if (now < until && failure === undefined) send();
        else socket.end(resolve);
      };
      socket.on('error', reject);
      socket.on('connect', send);
      socket.on('data', (chunk) => {
        if (missing > 0) {
          missing -= chunk.length;
          if (missing === 0) finish();
          return;
        }
        const bytes = held === undefined ? chunk : Buffer.concat([held, chunk]);
        const end = bytes.indexOf(headEnd);
        if (end < 0) {
          held = bytes;
          return;
        }
        held = undefined;
        const head = bytes.toString('latin1', 0, end);
        if (!head.startsWith('HTTP/1.1 200')) failure ??= bytes.toString();
        const length = Number(/content-length: *(\d+)/i.exec(head)?.[1]);
        missing = end + headEnd.length + length - bytes.length;
        if (missing === 0) finish();
      });
    });

  await Promise.all(
    Array.from({ length: connections }, () =>
      busy(connect({ port: plan.port, host: '127.0.0.1', noDelay: true })),
    ),
  );
  return {
    seconds: (performance.now() - start) / 1000,
    latencies: Float64Array.from(latencies),
    failure,
  };
}
