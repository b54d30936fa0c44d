import { readFileSync, unwatchFile, watchFile } from 'node:fs';
import type { Server } from 'node:http';
import type { Logger } from 'pino';
import type { TlsFiles } from './settings/index.ts';

const certificateCheckMs = 2000;

/** A certificate chain and its private key in PEM. */
export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

/** Throws when a file cannot be read. */
export function readCertificate({ certFile, keyFile }: TlsFiles): Certificate {
  return { cert: readFileSync(certFile, 'utf8'), key: readFileSync(keyFile, 'utf8') };
}

/** Shows a new certificate once its files have changed, until the server is closed. One that cannot be used is logged, and the old one stays. */
export function watchCertificate(
  { certFile, keyFile }: TlsFiles,
  door: { readonly server: Server; replaceCertificate(certificate: Certificate): void },
  log: Pick<Logger, 'info' | 'error'>,
): void {
  const reload = (): void => {
    try {
      door.replaceCertificate(readCertificate({ certFile, keyFile }));
      log.info('certificate reloaded');
    } catch (error) {
      log.error({ err: error }, 'the new certificate cannot be used; the old one stays');
    }
  };
  const files = [certFile, keyFile];
  for (const file of files) watchFile(file, { interval: certificateCheckMs, persistent: false }, reload);
  door.server.once('close', () => {
    for (const file of files) unwatchFile(file, reload);
  });
}
