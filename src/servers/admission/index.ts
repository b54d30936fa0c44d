/**
 * The admission webhook of a Kubernetes cluster: it gives the pods of service accounts that name a role what SDKs need to obtain the role's
 * credentials, as Amazon's pod identity webhook does. Owns what it adds to a pod, and never changes what the pod sets itself.
 * It hands out no credentials and reads no secret: the cluster projects the pods' tokens. Called by main.
 */
export { type AdmissionOptions, type AdmittedPod, createAdmission } from './admission.ts';
export type { InjectionDefaults } from './identity.ts';
export { createServiceAccounts, type ServiceAccountsOptions } from './service-accounts.ts';
