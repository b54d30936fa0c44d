import type { CertificateOperation } from '#services/operation';
import type { IdentityState } from '#stores/identity';
import type { PipelineOptions } from './handle.ts';
import { authenticateCertificate } from './stages/authenticate-certificate.ts';
import { decode } from './stages/decode.ts';
import { type Entry, type Progress, recordIntent, recordOutcome } from './stages/record.ts';
import type { Route } from './stages/route.ts';
import { writeAfter } from './stages/write-after.ts';

/**
 * The walk of a request that is signed with the key of a certificate: authenticate → decode → validate → prove → load → record intent → run →
 * record outcome. Nobody is known until a trust anchor vouches for the certificate, so what fails before is recorded under no account.
 */
export async function walkCertificate(
  entry: Entry,
  progress: Progress,
  target: Extract<Route, { kind: 'operation' }>,
  operation: CertificateOperation,
  { identity, audit, clock, assumeForService }: PipelineOptions,
): Promise<unknown> {
  const { request, now } = entry;
  const { region, ...presented } = authenticateCertificate(request, target, now);
  const input = decode(request, target);
  progress.input = input;
  const moment = { state: identity.state, region, now: clock() };
  const proven = operation.prove(input, presented, moment);
  const sender = { caller: proven.caller, requestedRegion: region };
  progress.federated = sender;
  const details = operation.describe?.(input, proven);
  progress.details = details;
  const loaded = operation.load(input, proven, moment);

  const walked = { operation, authenticated: sender, input, details };
  const intent = await recordIntent(audit, entry, walked);
  const askAgain = (state: IdentityState): void => {
    const present = { ...moment, state };
    operation.load(input, operation.prove(input, presented, present), present);
  };
  const output = await operation.run(input, loaded, {
    ...moment,
    identity: writeAfter(intent, identity, askAgain),
    assumeForService,
  });
  await recordOutcome(audit, entry, { ...walked, output, intent });
  return output;
}
