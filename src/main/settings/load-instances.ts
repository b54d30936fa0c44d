import type { z } from 'zod';
import { parseArn } from '#core/arn';
import type { instanceSchema } from './instance-schema.ts';
import type { InstanceSettings } from './settings.ts';

/** The instance with what was left out. */
export function completeInstance(
  given: z.output<typeof instanceSchema>,
  defaultRegion: string,
): InstanceSettings {
  const region = given.region ?? defaultRegion;
  const privateIp = given.privateIp ?? '127.0.0.1';
  return {
    listen: given.listen,
    profileArn: given.instanceProfile,
    tokens: given.tokens ?? 'required',
    hosts: given.hosts ?? [],
    facts: {
      id: given.id,
      accountId: parseArn(given.instanceProfile)?.account ?? '',
      region,
      availabilityZone: given.availabilityZone ?? `${region}a`,
      instanceType: given.instanceType ?? 't3.micro',
      imageId: given.imageId ?? 'ami-00000000',
      architecture: given.architecture ?? 'x86_64',
      privateIp,
      hostname: given.hostname ?? `ip-${privateIp.replaceAll('.', '-')}.ec2.internal`,
    },
  };
}
