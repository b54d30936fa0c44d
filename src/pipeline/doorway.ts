import { createUuid } from '#core/identifiers';
import { findCaller, type Operation } from '#services/operation';
import type { WireRequest } from './exchange.ts';
import type { PipelineOptions } from './handle.ts';
import { type Progress, recordFailure, recordIntent, recordOutcome } from './stages/record.ts';
import { writeAfter } from './stages/write-after.ts';
import { toFault } from './to-fault.ts';

/** An operation that a door has decided about by itself, and for whom it is to be done. */
export interface DoorCall {
  readonly operation: Operation;
  /** As the operation's model names it. */
  readonly input: object;
  /** The caller whom the door has proven. */
  readonly accessKeyId: string;
  readonly sessionToken: string | undefined;
  readonly region: string;
  /** What came over the wire at the door, for the record. */
  readonly request: WireRequest;
}

/** Rejects with Fault. */
export type CallThrough = (call: DoorCall) => Promise<unknown>;

/**
 * The corridor for doors of this process that prove and decide under the names of another service, as the S3 gateway does: what they change is
 * recorded before and after like every change, under the name of the caller. It asks no policy: the door has.
 */
export function createDoorway(
  options: Omit<PipelineOptions, 'services' | 'region' | 'domain' | 'onAnswered' | 'ownUrl'>,
): CallThrough {
  const { identity, audit, box, keyring, clock, random, noise, guesses } = options;
  const findTokenKey: PipelineOptions['keyring']['find'] = (id) => keyring.find(id);
  return async ({ operation, input, accessKeyId, sessionToken, region, request }) => {
    const now = clock();
    const entry = { request, requestId: createUuid(random), now, random };
    const target = {
      kind: 'operation',
      model: operation.model.service,
      operation,
      params: undefined,
      labels: undefined,
      region,
      isGlobalEndpoint: false,
    } as const;
    const progress: Progress = { input, target };
    try {
      const { state } = identity;
      const { caller } = findCaller({ state, box, findTokenKey, now }, accessKeyId, sessionToken);
      const authenticated = {
        state,
        caller,
        region,
        now,
        box,
        guesses,
        clusters: options.clusters,
        instances: options.instances,
        requestedRegion: region,
        isGlobalEndpoint: false,
      };
      progress.authenticated = authenticated;
      const loaded = operation.load(input, authenticated);
      const details = operation.describe?.(input, loaded, authenticated);
      progress.details = details;
      const intent = await recordIntent(audit, entry, { operation, authenticated, input, details });
      const output = await operation.run(input, loaded, {
        ...authenticated,
        identity: writeAfter(intent, identity, (present) => {
          findCaller({ state: present, box, findTokenKey, now }, accessKeyId, sessionToken);
        }),
        random,
        tokenKey: () => keyring.current(),
        findTokenKey,
        events: options.events,
        issuerUrl: options.issuerUrl,
        providerKeys: options.providerKeys,
        assumeForService: options.assumeForService,
      });
      await recordOutcome(audit, entry, { operation, authenticated, input, details, output, intent });
      return output;
    } catch (error) {
      const fault = toFault(error);
      recordFailure(audit, entry, progress, fault, noise);
      throw fault;
    }
  };
}
