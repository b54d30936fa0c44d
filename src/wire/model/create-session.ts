import { rolesanywhereModel } from './generated/rolesanywhere.ts';
import type { OperationModel } from './service.ts';

export interface CreateSessionRequest {
  readonly durationSeconds?: number | undefined;
  readonly instanceProperties?: Readonly<Record<string, string>> | undefined;
  readonly profileArn: string;
  readonly roleArn: string;
  readonly roleSessionName?: string | undefined;
  readonly trustAnchorArn: string;
}

export interface CreateSessionResponse {
  readonly credentialSet: readonly {
    readonly assumedRoleUser: { readonly arn: string; readonly assumedRoleId: string };
    readonly credentials: {
      readonly accessKeyId: string;
      readonly expiration: number;
      readonly secretAccessKey: string;
      readonly sessionToken: string;
    };
    readonly packedPolicySize?: number | undefined;
    readonly roleArn: string;
    readonly sourceIdentity: string;
  }[];
  readonly subjectArn: string;
}

/** Credentials of a role for whoever holds the key of a certificate. It stands in additions.ts, since no model of AWS's has it. */
export const createSessionOperation = rolesanywhereModel.operations.get('CreateSession') as OperationModel<
  CreateSessionRequest,
  CreateSessionResponse
>;
