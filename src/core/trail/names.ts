import { parseArn } from '#core/arn';

/** `arn:aws:cloudtrail:REGION:ACCOUNT:trail/NAME` */
export function trailArn(region: string, account: string, name: string): string {
  return `arn:aws:cloudtrail:${region}:${account}:trail/${name}`;
}

/** The parts of a trail's ARN, or undefined when the text is none. */
export function parseTrailArn(
  text: string,
): { readonly region: string; readonly account: string; readonly name: string } | undefined {
  const arn = parseArn(text);
  if (arn?.partition !== 'aws' || arn.service !== 'cloudtrail' || !arn.resource.startsWith('trail/'))
    return undefined;
  const name = arn.resource.slice('trail/'.length);
  if (!/^[0-9]{12}$/.test(arn.account) || arn.region === '' || checkTrailName(name) !== undefined)
    return undefined;
  return { region: arn.region, account: arn.account, name };
}

export type BadTrailName = 'characters' | 'short' | 'long' | 'start' | 'end' | 'adjacent' | 'address';

/** What is wrong with the name of a trail (CloudTrail User Guide, "Naming requirements"); undefined when nothing is. */
export function checkTrailName(name: string): BadTrailName | undefined {
  if (/[^A-Za-z0-9._-]/.test(name)) return 'characters';
  if (name.length < 3) return 'short';
  if (name.length > 128) return 'long';
  if (!/^[A-Za-z0-9]/.test(name)) return 'start';
  if (!/[A-Za-z0-9]$/.test(name)) return 'end';
  if (/[._-]{2}/.test(name)) return 'adjacent';
  return isAddress(name) ? 'address' : undefined;
}

/** Whether a bucket can have this name (Amazon S3 User Guide, "Bucket naming rules"). */
export function isBucketName(name: string): boolean {
  return (
    /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(name) &&
    !name.includes('..') &&
    !name.includes('.-') &&
    !name.includes('-.') &&
    !isAddress(name)
  );
}

function isAddress(name: string): boolean {
  return /^[0-9]{1,3}(\.[0-9]{1,3}){3}$/.test(name);
}
