import type { Certificate } from '#core/x509';
import type { AccountDocument, IdentityStore } from '#stores/identity';
import type { OperationModel } from '#wire/model';
import type { Moment, RecordDetails } from './operation.ts';
import type { AssumeForService } from './service-session.ts';

/**
 * Whoever holds the key of a certificate that a trust anchor of an account vouches for. They have no policies of their own: what they may have is
 * for the account's profiles and the trust policies of its roles to say.
 */
export interface CertificateCaller {
  readonly kind: 'certificate';
  readonly account: AccountDocument;
  /** ARN of the subject. */
  readonly subject: string;
}

/** What came with a request that was signed with the key of the first of these. Nobody vouches for them yet. */
export interface PresentedCertificates {
  readonly certificate: Certificate;
  readonly chain: readonly Certificate[];
}

/** What the run of an operation that is called with a certificate may use. */
export interface CertificateCall extends Moment {
  readonly identity: IdentityStore;
  readonly assumeForService: AssumeForService;
}

/** The phases of an operation whose request is signed with the key of a certificate instead of an access key. */
export interface CertificatePhases<I, O, P extends { readonly caller: CertificateCaller }, L> {
  readonly callers: 'certificate';
  readonly effect: 'credential';
  readonly readOnly?: true;
  /** Who is calling. Throws Fault, in one sentence for whatever is not trusted: nobody is known yet. */
  readonly prove: (input: I, presented: PresentedCertificates, moment: Moment) => P;
  readonly describe?: (input: I, proven: P) => RecordDetails<O>;
  /** Reads what the run needs. Throws Fault. */
  readonly load: (input: I, proven: P, moment: Moment) => L;
  readonly run: (input: I, loaded: L, call: CertificateCall) => Promise<O>;
}

/** One operation that is called with a certificate. */
export interface CertificateOperation
  extends CertificatePhases<unknown, unknown, { readonly caller: CertificateCaller }, unknown> {
  readonly model: OperationModel;
}

/** `defineOperation` for an operation that is called with a certificate. */
export function defineCertificateOperation<I, O, P extends { readonly caller: CertificateCaller }, L>(
  model: OperationModel<I, O>,
  phases: CertificatePhases<I, O, P, L>,
): CertificateOperation {
  const forgotten = phases as unknown as CertificatePhases<
    unknown,
    unknown,
    { readonly caller: CertificateCaller },
    unknown
  >;
  return { ...forgotten, model: model as OperationModel };
}
