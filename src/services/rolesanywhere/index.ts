/**
 * IAM Roles Anywhere: trust anchors, profiles, revocation lists and subjects, by which X.509 certificates stand for roles.
 * Owns what each of them is and who gets a session by a certificate; what a certificate is stands in core/x509. It makes no credentials itself.
 * Called by the pipeline. The table below is also the coverage table of the service.
 */
import type { CertificateOperation, Operation, Unsupported } from '#services/operation';
import type { RolesanywhereOperationName } from '#wire/model';
import {
  deleteCrl,
  disableCrl,
  enableCrl,
  getCrl,
  importCrl,
  listCrls,
  updateCrl,
} from './crl/change-crl.ts';
import {
  createProfile,
  deleteAttributeMapping,
  deleteProfile,
  disableProfile,
  enableProfile,
  getProfile,
  listProfiles,
  putAttributeMapping,
  updateProfile,
} from './profile/change-profile.ts';
import { createSession } from './session/create-session.ts';
import { getSubject, listSubjects } from './subject/read-subjects.ts';
import { listTagsForResource, tagResource, untagResource } from './tag-resource.ts';
import {
  createTrustAnchor,
  deleteTrustAnchor,
  disableTrustAnchor,
  enableTrustAnchor,
  getTrustAnchor,
  listTrustAnchors,
  putNotificationSettings,
  resetNotificationSettings,
  updateTrustAnchor,
} from './trust-anchor/change-trust-anchor.ts';

export const rolesanywhere = {
  CreateProfile: createProfile,
  CreateSession: createSession,
  CreateTrustAnchor: createTrustAnchor,
  DeleteAttributeMapping: deleteAttributeMapping,
  DeleteCrl: deleteCrl,
  DeleteProfile: deleteProfile,
  DeleteTrustAnchor: deleteTrustAnchor,
  DisableCrl: disableCrl,
  DisableProfile: disableProfile,
  DisableTrustAnchor: disableTrustAnchor,
  EnableCrl: enableCrl,
  EnableProfile: enableProfile,
  EnableTrustAnchor: enableTrustAnchor,
  GetCrl: getCrl,
  GetProfile: getProfile,
  GetSubject: getSubject,
  GetTrustAnchor: getTrustAnchor,
  ImportCrl: importCrl,
  ListCrls: listCrls,
  ListProfiles: listProfiles,
  ListSubjects: listSubjects,
  ListTagsForResource: listTagsForResource,
  ListTrustAnchors: listTrustAnchors,
  PutAttributeMapping: putAttributeMapping,
  PutNotificationSettings: putNotificationSettings,
  ResetNotificationSettings: resetNotificationSettings,
  TagResource: tagResource,
  UntagResource: untagResource,
  UpdateCrl: updateCrl,
  UpdateProfile: updateProfile,
  UpdateTrustAnchor: updateTrustAnchor,
} satisfies Record<
  RolesanywhereOperationName | 'CreateSession',
  Operation | CertificateOperation | Unsupported
>;
