/**
 * Trails as AWS keeps them in a bucket: the names and bytes of log files and digest files, what digests are signed over, which events a
 * trail selects, and how it may be called.
 * Pure: keys, time and events are arguments, and it writes nothing.
 * Called by the CloudTrail service (names, selectors) by the delivery of trails (files, digests, selection), and by the pipeline (selection).
 */
export {
  type DigestFile,
  type DigestLink,
  digestKey,
  encodeDigest,
  fingerprintOf,
  type LogFileEntry,
  signDigest,
  signingText,
} from './digest.ts';
export { encodeLogFile, type LogFile, logFileKey } from './log-file.ts';
export { type BadTrailName, checkTrailName, isBucketName, parseTrailArn, trailArn } from './names.ts';
export {
  type AdvancedSelector,
  type DataResource,
  defaultSelectors,
  type FieldSelector,
  type RecordedEvent,
  type Selector,
  type Selectors,
  selectsDataEvents,
  selectsEvent,
  type TrailLogging,
  type TrailScope,
  trailCovers,
  trailLogs,
} from './selection.ts';
