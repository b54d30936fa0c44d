import { AggregatorRegistry, Counter, collectDefaultMetrics, Histogram, Registry } from 'prom-client';
import type { Answered } from '#pipeline';

/** What Prometheus is told of requests. Labels come from the service models, never from what a client sent. */
export interface Metrics {
  readonly registry: Registry;
  observe(answered: Answered, seconds: number): void;
  /** Told when so many audit records are about to go to the disk; what it returns, whether they did. */
  watchAudit(records: number): (succeeded: boolean) => void;
}

export function createMetrics(): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const requests = new Counter({
    name: 'brevet_requests_total',
    help: 'Requests answered, by service, operation and error code.',
    labelNames: ['service', 'operation', 'code'] as const,
    registers: [registry],
  });
  const durations = new Histogram({
    name: 'brevet_request_seconds',
    help: 'Time from the whole request read to its answer made.',
    labelNames: ['service'] as const,
    buckets: [0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 1, 5],
    registers: [registry],
  });
  const records = new Counter({
    name: 'brevet_audit_records_total',
    help: 'Audit records on the disk.',
    registers: [registry],
  });
  const failures = new Counter({
    name: 'brevet_audit_failures_total',
    help: 'Groups of audit records that could not be written: what waited for them was refused.',
    registers: [registry],
  });
  const syncs = new Histogram({
    name: 'brevet_audit_sync_seconds',
    help: 'Time to write a group of audit records and to have it on the disk.',
    buckets: [0.0001, 0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 1],
    registers: [registry],
  });
  return {
    registry,
    watchAudit(count) {
      const stop = syncs.startTimer();
      return (succeeded) => {
        stop();
        if (succeeded) records.inc(count);
        else failures.inc();
      };
    },
    observe({ service = 'none', operation = 'none', fault, refusal }, seconds) {
      requests.inc({ service, operation, code: fault?.code ?? refusal ?? 'OK' });
      durations.observe({ service }, seconds);
    },
  };
}

/** Lets the primary ask this worker for its metrics. */
export function shareMetricsWithPrimary(metrics: Metrics): void {
  AggregatorRegistry.setRegistries([metrics.registry]);
  new AggregatorRegistry();
}

/** The metrics of all workers together, for the primary. */
export function createClusterMetrics(): { metrics(): Promise<string> } {
  const aggregator = new AggregatorRegistry();
  return { metrics: () => aggregator.clusterMetrics() };
}
