/** What the models say about values, linked so that a codec walks from shape to shape without looking names up. */
export type Shape =
  | StructureShape
  | ListShape
  | MapShape
  | StringShape
  | NumberShape
  | BooleanShape
  | TimestampShape
  | BlobShape;

export interface StructureShape {
  readonly type: 'structure';
  readonly name: string;
  /** In the order in which AWS writes them. */
  readonly members: readonly Member[];
  /** By the name on the wire. */
  readonly memberByWireName: ReadonlyMap<string, Member>;
  /** Present when the structure is a modelled error. */
  readonly error: ErrorTrait | undefined;
}

export interface Member {
  readonly name: string;
  /** The model's `locationName`, else the name. */
  readonly wireName: string;
  readonly required: boolean;
  /** `query-or-body`: wherever the request has it, but not with two meanings. */
  readonly location: 'body' | 'header' | 'uri' | 'querystring' | 'query-or-body';
  readonly shape: Shape;
}

export interface ErrorTrait {
  /** The code as the wire spells it. */
  readonly code: string;
  readonly status: number;
}

export interface ListShape {
  readonly type: 'list';
  readonly name: string;
  readonly member: Shape;
  readonly memberWireName: string;
  readonly flattened: boolean;
  readonly min: number | undefined;
  readonly max: number | undefined;
}

export interface MapShape {
  readonly type: 'map';
  readonly name: string;
  readonly key: Shape;
  readonly value: Shape;
  readonly keyWireName: string;
  readonly valueWireName: string;
  readonly flattened: boolean;
  readonly min: number | undefined;
  readonly max: number | undefined;
}

export interface StringShape {
  readonly type: 'string';
  readonly name: string;
  /** Code points. */
  readonly min: number | undefined;
  readonly max: number | undefined;
  /** As the model prints it, which is how error messages print it. */
  readonly pattern: string | undefined;
  readonly enum: readonly string[] | undefined;
  /** Never repeated in an error message or a log. */
  readonly sensitive: boolean;
}

export interface NumberShape {
  readonly type: 'integer' | 'long' | 'float' | 'double';
  readonly name: string;
  readonly min: number | undefined;
  readonly max: number | undefined;
}

export interface BooleanShape {
  readonly type: 'boolean';
  readonly name: string;
}

export interface TimestampShape {
  readonly type: 'timestamp';
  readonly name: string;
  /** Undefined where the protocol decides. */
  readonly format: 'iso8601' | 'iso8601-milliseconds' | 'unixTimestamp' | 'rfc822' | undefined;
}

export interface BlobShape {
  readonly type: 'blob';
  readonly name: string;
  /** Bytes. */
  readonly min: number | undefined;
  readonly max: number | undefined;
  readonly sensitive: boolean;
}
