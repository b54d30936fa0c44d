import { type Unsupported, unsupported } from '#services/operation';
import { type IamOperationName, iamOperations as models } from '#wire/model';

const delegation = 'temporary delegation to product providers is not built yet';
const lastAccessed = 'records of last access to services are not built yet';
const serverCertificates = 'no service here serves TLS with certificates of IAM';
const serviceCredentials = 'no service here takes passwords of its own';
const serviceLinkedRoles = 'no service acts through a linked role';
const signingCertificates = 'these certificates sign requests to SOAP interfaces, and there are none here';
const sshKeys = 'there is no CodeCommit';

/** Operations of IAM that Brevet knows and does not do, with the reason that stands in the coverage table; by resource. */
export const unsupportedOperations = {
  // Service-linked roles
  CreateServiceLinkedRole: unsupported(models.CreateServiceLinkedRole, serviceLinkedRoles),
  DeleteServiceLinkedRole: unsupported(models.DeleteServiceLinkedRole, serviceLinkedRoles),
  GetServiceLinkedRoleDeletionStatus: unsupported(
    models.GetServiceLinkedRoleDeletionStatus,
    serviceLinkedRoles,
  ),

  // Temporary delegation
  AcceptDelegationRequest: unsupported(models.AcceptDelegationRequest, delegation),
  AssociateDelegationRequest: unsupported(models.AssociateDelegationRequest, delegation),
  CreateDelegationRequest: unsupported(models.CreateDelegationRequest, delegation),
  GetDelegationRequest: unsupported(models.GetDelegationRequest, delegation),
  GetHumanReadableSummary: unsupported(models.GetHumanReadableSummary, delegation),
  ListDelegationRequests: unsupported(models.ListDelegationRequests, delegation),
  RejectDelegationRequest: unsupported(models.RejectDelegationRequest, delegation),
  SendDelegationToken: unsupported(models.SendDelegationToken, delegation),
  UpdateDelegationRequest: unsupported(models.UpdateDelegationRequest, delegation),

  // Last access
  GenerateOrganizationsAccessReport: unsupported(models.GenerateOrganizationsAccessReport, lastAccessed),
  GenerateServiceLastAccessedDetails: unsupported(models.GenerateServiceLastAccessedDetails, lastAccessed),
  GetOrganizationsAccessReport: unsupported(models.GetOrganizationsAccessReport, lastAccessed),
  GetServiceLastAccessedDetails: unsupported(models.GetServiceLastAccessedDetails, lastAccessed),
  GetServiceLastAccessedDetailsWithEntities: unsupported(
    models.GetServiceLastAccessedDetailsWithEntities,
    lastAccessed,
  ),

  // Credentials of services that are not here
  CreateServiceSpecificCredential: unsupported(models.CreateServiceSpecificCredential, serviceCredentials),
  DeleteSSHPublicKey: unsupported(models.DeleteSSHPublicKey, sshKeys),
  DeleteServerCertificate: unsupported(models.DeleteServerCertificate, serverCertificates),
  DeleteServiceSpecificCredential: unsupported(models.DeleteServiceSpecificCredential, serviceCredentials),
  DeleteSigningCertificate: unsupported(models.DeleteSigningCertificate, signingCertificates),
  GetSSHPublicKey: unsupported(models.GetSSHPublicKey, sshKeys),
  GetServerCertificate: unsupported(models.GetServerCertificate, serverCertificates),
  ListSSHPublicKeys: unsupported(models.ListSSHPublicKeys, sshKeys),
  ListServerCertificateTags: unsupported(models.ListServerCertificateTags, serverCertificates),
  ListServerCertificates: unsupported(models.ListServerCertificates, serverCertificates),
  ListServiceSpecificCredentials: unsupported(models.ListServiceSpecificCredentials, serviceCredentials),
  ListSigningCertificates: unsupported(models.ListSigningCertificates, signingCertificates),
  ResetServiceSpecificCredential: unsupported(models.ResetServiceSpecificCredential, serviceCredentials),
  TagServerCertificate: unsupported(models.TagServerCertificate, serverCertificates),
  UntagServerCertificate: unsupported(models.UntagServerCertificate, serverCertificates),
  UpdateSSHPublicKey: unsupported(models.UpdateSSHPublicKey, sshKeys),
  UpdateServerCertificate: unsupported(models.UpdateServerCertificate, serverCertificates),
  UpdateServiceSpecificCredential: unsupported(models.UpdateServiceSpecificCredential, serviceCredentials),
  UpdateSigningCertificate: unsupported(models.UpdateSigningCertificate, signingCertificates),
  UploadSSHPublicKey: unsupported(models.UploadSSHPublicKey, sshKeys),
  UploadServerCertificate: unsupported(models.UploadServerCertificate, serverCertificates),
  UploadSigningCertificate: unsupported(models.UploadSigningCertificate, signingCertificates),
} satisfies Partial<Record<IamOperationName, Unsupported>>;
