import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import process from 'node:process';
import type { ListenAddress } from './settings/index.ts';

/** Listens there. Rejects when the address cannot be had. */
export function listen(server: Server, { host, port }: ListenAddress): Promise<AddressInfo> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve(server.address() as AddressInfo);
    });
  });
}

/** A host as it stands in a URL. */
export function formatHost(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}

/** Resolves at the first of these signals; the second ends the process at once. */
export function signalled(signals: readonly NodeJS.Signals[]): Promise<void> {
  return new Promise((resolve) => {
    let seen = 0;
    for (const signal of signals) {
      process.on(signal, () => {
        seen += 1;
        if (seen === 1) resolve();
        else process.exit(1);
      });
    }
  });
}
