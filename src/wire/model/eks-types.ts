// The inputs and outputs of the part of EKS in eks.ts, as its operations read and write them.

/** Tags by key. */
export type TagMap = Readonly<Record<string, string>>;

/** What can be said of an association when it is made, and be changed later. */
interface AssociationTerms {
  readonly disableSessionTags?: boolean | undefined;
  readonly targetRoleArn?: string | undefined;
  readonly policy?: string | undefined;
  readonly clientRequestToken?: string | undefined;
}

export interface CreatePodIdentityAssociationRequest extends AssociationTerms {
  readonly clusterName: string;
  readonly namespace: string;
  readonly serviceAccount: string;
  readonly roleArn: string;
  readonly tags?: TagMap | undefined;
}

export interface UpdatePodIdentityAssociationRequest extends AssociationTerms, AssociationRequest {
  readonly roleArn?: string | undefined;
}

export interface AssociationRequest {
  readonly clusterName: string;
  readonly associationId: string;
}

export interface AssociationResponse {
  readonly association: PodIdentityAssociation;
}

export interface PodIdentityAssociationSummary {
  readonly clusterName: string;
  readonly namespace: string;
  readonly serviceAccount: string;
  readonly associationArn: string;
  readonly associationId: string;
}

export interface PodIdentityAssociation extends PodIdentityAssociationSummary {
  readonly roleArn: string;
  readonly tags: TagMap;
  readonly createdAt: number;
  readonly modifiedAt: number;
  readonly disableSessionTags: boolean;
  readonly targetRoleArn?: string;
  readonly externalId?: string;
  readonly policy?: string;
}

interface PageRequest {
  readonly maxResults?: number | undefined;
  readonly nextToken?: string | undefined;
}

export interface ListPodIdentityAssociationsRequest extends PageRequest {
  readonly clusterName: string;
  readonly namespace?: string | undefined;
  readonly serviceAccount?: string | undefined;
}

export interface ListPodIdentityAssociationsResponse {
  readonly associations: readonly PodIdentityAssociationSummary[];
  readonly nextToken?: string;
}

export interface DescribeClusterResponse {
  readonly cluster: {
    readonly name: string;
    readonly arn: string;
    readonly identity: { readonly oidc: { readonly issuer: string } };
    readonly status: 'ACTIVE';
  };
}

export interface ListClustersRequest extends PageRequest {
  readonly include?: readonly string[] | undefined;
}

export interface ListClustersResponse {
  readonly clusters: readonly string[];
  readonly nextToken?: string;
}

export interface TagResourceRequest {
  readonly resourceArn: string;
  readonly tags: TagMap;
}

export interface UntagResourceRequest {
  readonly resourceArn: string;
  readonly tagKeys: readonly string[];
}
