import type { Call } from '#services/operation';
import { ProviderKeys } from '#services/operation';

/** Ports of the corridor for tests in which nothing is fetched, there are no clusters and instances, and no service of AWS's does a part itself. */
export const absentPorts: Pick<Call, 'providerKeys' | 'clusters' | 'instances' | 'assumeForService'> = {
  providerKeys: new ProviderKeys(
    { get: () => Promise.reject(new Error('nothing is fetched here')) },
    () => 0,
  ),
  clusters: [],
  instances: [],
  assumeForService: () => Promise.reject(new Error('no service enters here')),
};
