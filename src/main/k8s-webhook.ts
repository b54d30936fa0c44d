import { readFile } from 'node:fs/promises';
import process from 'node:process';
import { createAdmission, createServiceAccounts } from '#servers/admission';
import { createApiServer } from '#servers/api';
import { openOutboundHttp } from '#stores/outbound-http';
import { readCertificate, watchCertificate } from './certificate.ts';
import { openLog } from './log.ts';
import { readAuthorities } from './open-outbound.ts';
import { formatHost, listen, signalled } from './process.ts';
import type { WebhookSettings } from './settings/index.ts';

const drainMs = 8000;

/**
 * Runs the admission webhook until a signal ends it. Prints exactly one line on stdout, once it listens. Its certificate is read again when
 * its files change. Rejects when it cannot start.
 */
export async function serveWebhook(settings: WebhookSettings): Promise<void> {
  const log = openLog(settings.logLevel);
  const findAnnotations = createServiceAccounts({
    // Nobody but the operator says what is called, and a cluster's API server has no public address.
    http: openOutboundHttp({ guard: () => true, authorities: [] }),
    url: settings.kubeApi,
    authorities: readAuthorities(settings.kubeCaFile, '--kube-ca-file'),
    token: async () => (await readFile(settings.kubeTokenFile, 'utf8')).trim(),
    clock: Date.now,
  });
  const { annotationPrefix, audience, tokenExpirationSeconds, stsUrl, region, regionalEndpoints } = settings;
  const api = createApiServer({
    handle: createAdmission({
      defaults: {
        annotationPrefix,
        audience,
        expirationSeconds: tokenExpirationSeconds,
        stsUrl,
        region,
        regionalEndpoints,
      },
      findAnnotations,
      onAdmitted: (pod) => log.info(pod, 'pod admitted'),
      onRefused: (what, cause) => log.error({ what, err: cause }, 'pod refused'),
    }),
    tls: readCertificate(settings.tls),
    onConnectionError: (error) => log.debug({ err: error }, 'connection failed'),
  });
  watchCertificate(settings.tls, api, log);
  const { port } = await listen(api.server, settings.listen);
  const told = signalled(['SIGTERM', 'SIGINT']);
  process.stdout.write(`brevet k8s-webhook ready on https://${formatHost(settings.listen.host)}:${port}\n`);
  await told;
  await api.close(drainMs);
}
