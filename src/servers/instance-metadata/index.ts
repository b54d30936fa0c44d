/**
 * Instance metadata: the door at which programs of an instance find its role's credentials, as EC2's IMDS hands them out, and beside it the one
 * for the containers of a task, as ECS has it, and the one for the pods of a node, as EKS Pod Identity has it.
 * Owns session tokens, the tree of metadata, and the memory from which credentials are served until they expire. It mints nothing and
 * decides nothing: credentials come from walking the corridor as EC2's principal, or from an issuer elsewhere.
 * It believes no header about who is asking: whoever reaches the address of an instance is on it.
 * Called by main.
 */
export {
  type CertificateSourceOptions,
  createCertificateSession,
  createCertificateSource,
} from './certificate-source.ts';
export {
  type ContainerCredentials,
  type ContainerTask,
  createContainerCredentials,
} from './container-credentials-server.ts';
export { ensureIdentityKey, type IdentityKey } from './identity-key.ts';
export type { InstanceFacts } from './instance.ts';
export {
  createInstanceMetadata,
  type InstanceMetadata,
  type InstanceMetadataOptions,
} from './instance-metadata-server.ts';
export { createLocalSource, type LocalSourceOptions } from './local-source.ts';
export { createPodCredentials, type PodCredentialsOptions, type PodDoor } from './pod-credentials-server.ts';
export { createPodExchange, type ExchangeToken, type PodCredentials, PodRefused } from './pod-exchange.ts';
export { openRemoteInstance, type RemoteInstance, type RemoteInstanceOptions } from './remote-instance.ts';
export { createRemoteSource, type RemoteSourceOptions } from './remote-source.ts';
export { CredentialsUnavailable, type IssuedCredentials } from './renewed-credentials.ts';
export type { CredentialSource } from './source.ts';
