/**
 * The Regions of the `aws` partition: which names exist, and which of them an AWS account has from the start.
 * A table of facts (AWS General Reference, "Regions"); it holds no account's choices. Called by services and the pipeline.
 */

const enabledByDefault = [
  'us-east-1',
  'us-east-2',
  'us-west-1',
  'us-west-2',
  'ap-south-1',
  'ap-northeast-1',
  'ap-northeast-2',
  'ap-northeast-3',
  'ap-southeast-1',
  'ap-southeast-2',
  'ca-central-1',
  'eu-central-1',
  'eu-west-1',
  'eu-west-2',
  'eu-west-3',
  'eu-north-1',
  'sa-east-1',
] as const;

const optIn = [
  'af-south-1',
  'ap-east-1',
  'ap-east-2',
  'ap-south-2',
  'ap-southeast-3',
  'ap-southeast-4',
  'ap-southeast-5',
  'ap-southeast-6',
  'ap-southeast-7',
  'ca-west-1',
  'eu-central-2',
  'eu-south-1',
  'eu-south-2',
  'il-central-1',
  'me-central-1',
  'me-south-1',
  'mx-central-1',
] as const;

const defaults: ReadonlySet<string> = new Set(enabledByDefault);
const all: ReadonlySet<string> = new Set([...enabledByDefault, ...optIn]);

/** Every Region, sorted by name. */
export const regionNames: readonly string[] = [...all].sort();

/** The Region of the global endpoints, which no account can switch off. */
export const globalRegion = 'us-east-1';

export function isRegion(name: string): boolean {
  return all.has(name);
}

/** True for a Region that AWS accounts have without opting in. */
export function isEnabledByDefault(region: string): boolean {
  return defaults.has(region);
}
