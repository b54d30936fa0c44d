import { do_not_optimize, measure } from 'mitata';

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

/** The tail of single calls, which batches would hide. */
export async function measureTail(call: () => unknown): Promise<Tail> {
  const { p50, p999 } = await measure(() => do_not_optimize(call()), {
    batch_threshold: 0,
    min_samples: 20_000,
    max_samples: 200_000,
  });
  return { p50Ns: p50, p999Ns: p999 };
}
