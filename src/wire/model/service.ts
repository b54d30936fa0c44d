import type { Shape, StructureShape } from './shapes.ts';

export type ServiceName =
  | 'sts'
  | 'iam'
  | 'organizations'
  | 'account'
  | 'cloudtrail'
  | 'rolesanywhere'
  | 'signin'
  | 'eks'
  | 'eks-auth'
  | 'brevet';

export type Protocol = 'query' | 'json' | 'rest-json';

/** One AWS service as its model describes it. */
export interface ServiceModel {
  readonly service: ServiceName;
  readonly protocol: Protocol;
  readonly apiVersion: string;
  /** The service part of a credential scope. */
  readonly signingName: string;
  readonly serviceId: string;
  /** Query services only. */
  readonly xmlNamespace: string | undefined;
  /** AWS JSON services only: what stands before the dot of `X-Amz-Target`. */
  readonly targetPrefix: string | undefined;
  readonly jsonVersion: string | undefined;
  readonly operations: ReadonlyMap<string, OperationModel>;
  readonly shapes: ReadonlyMap<string, Shape>;
  /** The modelled errors by the code on the wire. */
  readonly errors: ReadonlyMap<string, StructureShape>;
}

/** One operation; the type parameters are the types of its input and output and exist only for the compiler. */
export interface OperationModel<I = unknown, O = unknown> {
  readonly name: string;
  readonly service: ServiceModel;
  readonly input: StructureShape | undefined;
  readonly output: StructureShape | undefined;
  /** Query services: the element that holds the output. */
  readonly resultWrapper: string | undefined;
  readonly http: { readonly method: string; readonly uri: string; readonly status: number };
  /** The modelled errors. */
  readonly errors: readonly StructureShape[];
  /** True when the operation is called without a signature. */
  readonly noAuth: boolean;
  /** Never present. */
  readonly types?: { readonly input: I; readonly output: O };
}

/** The input type of an operation: `InputOf<typeof stsOperations.AssumeRole>`. */
export type InputOf<T> = T extends OperationModel<infer I, unknown> ? I : never;

/** The output type of an operation; void where it answers with nothing. */
export type OutputOf<T> = T extends OperationModel<unknown, infer O> ? O : never;
