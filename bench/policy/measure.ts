import { do_not_optimize, measure } from 'mitata';
import { median } from '../statistics.ts';

/** How long single calls take. */
export interface Tail {
  readonly p50Ns: number;
  readonly p999Ns: number;
}

/** Calls per second, measured in batches where calls are short. */
export async function measureRate(call: () => unknown): Promise<number> {
  const { p50 } = await measure(() => do_not_optimize(call()), { min_cpu_time: 800_000_000 });
  return 1e9 / p50;
}

const batchCalls = 2000;
const batches = 60;
const warmUpBatches = 10;

/** Calls per second of what answers with a promise, one awaited after the other: the median of many batches. */
export async function measureAwaitedRate(call: () => Promise<unknown>): Promise<number> {
  const rates: number[] = [];
  for (let batch = 0; batch < batches + warmUpBatches; batch++) {
    const start = performance.now();
    for (let index = 0; index < batchCalls; index++) do_not_optimize(await call());
    if (batch >= warmUpBatches) rates.push((batchCalls * 1000) / (performance.now() - start));
  }
  return median(rates);
}

/** The tail of single calls, which batches would hide. */
export async function measureTail(call: () => unknown): Promise<Tail> {
  const { p50, p999 } = await measure(() => do_not_optimize(call()), {
    batch_threshold: 0,
    min_samples: 20_000,
    max_samples: 200_000,
  });
  return { p50Ns: p50, p999Ns: p999 };
}
