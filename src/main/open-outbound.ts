import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createAddressGuard, type OutboundHttp, openOutboundHttp } from '#stores/outbound-http';
import { type Settings, SettingsError } from './settings/index.ts';

/** Opens the way out as the settings have it. Throws SettingsError for a file of authorities that cannot be read or holds none. */
export function openOutbound({ allow, caFile }: Settings['outbound']): OutboundHttp {
  return openOutboundHttp({
    guard: createAddressGuard(allow),
    authorities: caFile === undefined ? [] : readAuthorities(caFile, 'outbound.caFile'),
  });
}

/** The certificates in a file. Throws SettingsError in the name of that setting when there is none. */
export function readAuthorities(path: string, setting: string): readonly string[] {
  try {
    const found = readFileSync(path, 'utf8').match(
      /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g,
    );
    if (found === null) throw new Error('it holds no certificate');
    return found.map((pem) => new X509Certificate(pem).toString());
  } catch (error) {
    const why = error instanceof Error ? error.message : 'it cannot be read';
    throw new SettingsError([`${setting}: expected certificates in PEM in ${path}: ${why}`]);
  }
}
