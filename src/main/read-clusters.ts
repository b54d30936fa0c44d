import type { Cluster } from '#services/operation';
import { readAuthorities } from './open-outbound.ts';
import type { ClusterSettings } from './settings/index.ts';

/** The clusters of the settings, with the authorities in their files. Throws SettingsError for a file that cannot be read or holds none. */
export function readClusters(settings: readonly ClusterSettings[]): readonly Cluster[] {
  return settings.map(({ caFile, ...cluster }) => ({
    ...cluster,
    authorities: caFile === undefined ? undefined : readAuthorities(caFile, 'clusters.caFile'),
  }));
}
