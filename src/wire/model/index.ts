/**
 * The AWS service models: operations, shapes, constraints and declared errors, as tables generated from AWS's own models
 * (see NOTICE) with a short reviewed list of corrections in patches.ts, the model of Brevet's own service and
 * that of the part of EKS it answers for. A base room of the wire floor.
 * It holds facts only: it decodes nothing, checks nothing and knows no handler. Called by every codec, by the services
 * (`stsOperations.AssumeRole`) and by the pipeline.
 */
import { brevetModel } from './brevet.ts';
import { eksModel } from './eks.ts';
import type * as AccountTypes from './generated/account.ts';
import { accountModel } from './generated/account.ts';
import type * as CloudtrailTypes from './generated/cloudtrail.ts';
import { cloudtrailModel } from './generated/cloudtrail.ts';
import type * as EksAuthTypes from './generated/eks-auth.ts';
import { eksAuthModel } from './generated/eks-auth.ts';
import type * as IamTypes from './generated/iam.ts';
import { iamModel } from './generated/iam.ts';
import type * as OrganizationsTypes from './generated/organizations.ts';
import { organizationsModel } from './generated/organizations.ts';
import type * as RolesanywhereTypes from './generated/rolesanywhere.ts';
import { rolesanywhereModel } from './generated/rolesanywhere.ts';
import type * as SigninTypes from './generated/signin.ts';
import { signinModel } from './generated/signin.ts';
import type * as StsTypes from './generated/sts.ts';
import { stsModel } from './generated/sts.ts';
import type { ServiceModel, ServiceName } from './service.ts';

/** Each service's structures by name: `StsTypes.AssumeRoleRequest`. */
export type {
  AccountTypes,
  CloudtrailTypes,
  EksAuthTypes,
  IamTypes,
  OrganizationsTypes,
  RolesanywhereTypes,
  SigninTypes,
  StsTypes,
};

/** Every service that has a model, built or not. */
export const serviceModels: Readonly<Record<ServiceName, ServiceModel>> = {
  sts: stsModel,
  iam: iamModel,
  organizations: organizationsModel,
  account: accountModel,
  cloudtrail: cloudtrailModel,
  rolesanywhere: rolesanywhereModel,
  signin: signinModel,
  eks: eksModel,
  'eks-auth': eksAuthModel,
  brevet: brevetModel,
};

export {
  type AssumeRoleForInstanceRequest,
  type AssumeRoleForInstanceResponse,
  type BrevetErrorCode,
  type BrevetOperationName,
  brevetOperations,
  type GetBucketResponse,
  type GetChangesResponse,
  type GetSigningKeyResponse,
  type OwnedBucketRequest,
  type PutBucketPolicyRequest,
} from './brevet.ts';
export {
  type CreateSessionRequest,
  type CreateSessionResponse,
  createSessionOperation,
} from './create-session.ts';
export { type EksErrorCode, type EksOperationName, eksOperations } from './eks.ts';
export type { AssociationResponse, PodIdentityAssociation, TagMap } from './eks-types.ts';
export {
  type AccountErrorCode,
  type AccountOperationName,
  accountOperations,
} from './generated/account.ts';
export {
  type CloudtrailErrorCode,
  type CloudtrailOperationName,
  cloudtrailOperations,
} from './generated/cloudtrail.ts';
export {
  type EksAuthErrorCode,
  type EksAuthOperationName,
  eksAuthOperations,
} from './generated/eks-auth.ts';
export { type IamErrorCode, type IamOperationName, iamOperations } from './generated/iam.ts';
export {
  type OrganizationsErrorCode,
  type OrganizationsOperationName,
  organizationsOperations,
} from './generated/organizations.ts';
export {
  type RolesanywhereErrorCode,
  type RolesanywhereOperationName,
  rolesanywhereOperations,
} from './generated/rolesanywhere.ts';
export { type SigninErrorCode, type SigninOperationName, signinOperations } from './generated/signin.ts';
export { type StsErrorCode, type StsOperationName, stsOperations } from './generated/sts.ts';
export type { NoInput } from './link.ts';
export type { InputOf, OperationModel, OutputOf, Protocol, ServiceModel, ServiceName } from './service.ts';
export type {
  BlobShape,
  BooleanShape,
  ErrorTrait,
  ListShape,
  MapShape,
  Member,
  NumberShape,
  Shape,
  StringShape,
  StructureShape,
  TimestampShape,
} from './shapes.ts';
