import { type S3OperationShape, s3OperationShapes } from './generated/operations.ts';

/** A browser's form upload. The service model does not list it, for no SDK sends it. */
const postObject: S3OperationShape = {
  method: 'POST',
  place: 'bucket',
  subresources: {},
  query: [],
  requiredQuery: [],
  headers: [],
  requiredHeaders: [],
};

const shapes = { ...s3OperationShapes, PostObject: postObject } satisfies Readonly<
  Record<string, S3OperationShape>
>;

/** Every operation that a request can be, those included that are refused. */
export type S3OperationName = keyof typeof shapes;

export const s3Operations: Readonly<Record<S3OperationName, S3OperationShape>> = shapes;

export const s3OperationNames = Object.keys(shapes) as readonly S3OperationName[];

/** Every name of a subresource: a parameter that makes one operation of another. */
export const subresourceNames: ReadonlySet<string> = new Set(
  Object.values(s3Operations).flatMap(({ subresources }) => Object.keys(subresources)),
);
