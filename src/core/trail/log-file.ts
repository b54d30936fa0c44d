import { hash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { formatBasic, type Instant } from '#core/time';

/** Whose events, of which Region, a file in a trail's bucket holds. */
interface Place {
  readonly prefix: string | undefined;
  readonly account: string;
  readonly region: string;
}

/** A log file as it goes into the bucket. */
export interface LogFile {
  /** Gzip. */
  readonly body: Uint8Array;
  /** SHA-256 of the text within, hex. */
  readonly hashValue: string;
  /** Of the events within, ISO 8601. */
  readonly oldestEventTime: string;
  readonly newestEventTime: string;
}

/** A log file of these events, one at least (CloudTrail User Guide, "CloudTrail log file examples"). The same events give the same bytes. */
export function encodeLogFile(events: readonly { readonly eventTime: string }[]): LogFile {
  const text = JSON.stringify({ Records: events });
  const times = events.map(({ eventTime }) => eventTime).sort();
  return {
    body: gzipSync(text),
    hashValue: hash('sha256', text),
    oldestEventTime: times[0] ?? '',
    newestEventTime: times.at(-1) ?? '',
  };
}

/**
 * Where a log file stands in its bucket. The sixteen characters that AWS draws at random follow from `nonce` here, so that delivering a file
 * again writes the same object (CloudTrail User Guide, "CloudTrail log file name format").
 */
export function logFileKey(place: Place, now: Instant, nonce: string): string {
  const { account, region } = place;
  const unique = BigInt(`0x${hash('sha256', nonce)}`)
    .toString(36)
    .toUpperCase()
    .slice(-16);
  const minute = `${formatBasic(now).slice(0, 13)}Z`;
  return `${folder(place, 'CloudTrail', now)}/${account}_CloudTrail_${region}_${minute}_${unique}.json.gz`;
}

/** `[prefix/]AWSLogs/ACCOUNT/KIND/REGION/YYYY/MM/DD` */
export function folder({ prefix, account, region }: Place, kind: string, now: Instant): string {
  const day = formatBasic(now);
  const parts = ['AWSLogs', account, kind, region, day.slice(0, 4), day.slice(4, 6), day.slice(6, 8)];
  return (prefix === undefined ? parts : [prefix, ...parts]).join('/');
}
