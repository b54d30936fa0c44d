import { isIPv4 } from 'node:net';
import { z } from 'zod';
import { parseArn } from '#core/arn';
import { isAccountId } from '#core/identifiers';
import { domain, listenAddress, region, text } from './values.ts';

const matching = (pattern: RegExp) => (given: string) => (pattern.test(given) ? given : undefined);

export const instanceId = text(
  'the id of an instance: i- and 8 or 17 hexadecimal digits',
  matching(/^i-(?:[0-9a-f]{8}|[0-9a-f]{17})$/),
);
export const hostNames = z.array(domain, { error: 'expected a list of domain names' });
export const tokensRule = z.enum(['required', 'optional'], { error: 'expected one of required, optional' });
const instanceProfileArn = text(
  'the ARN of an instance profile, such as arn:aws:iam::111122223333:instance-profile/web',
  (given) => {
    const { service, region: none, account = '', resource = '' } = parseArn(given) ?? {};
    const isOne = service === 'iam' && none === '' && isAccountId(account);
    return isOne && /^instance-profile\/(?:[!-~]+\/)?[A-Za-z0-9+=,.@_-]{1,128}$/.test(resource)
      ? given
      : undefined;
  },
);
export const roleArn = text('the ARN of a role, such as arn:aws:iam::111122223333:role/web', (given) => {
  const { service, account = '', resource = '' } = parseArn(given) ?? {};
  return service === 'iam' && isAccountId(account) && /^role\/.*[^/]$/.test(resource) ? given : undefined;
});
const availabilityZone = text(
  'an Availability Zone, such as us-east-1a',
  matching(/^[a-z]{2}(?:-[a-z]+)+-[0-9][a-z]$/),
);
const instanceType = text(
  'an instance type, such as t3.micro',
  matching(/^[a-z0-9-]{1,32}\.[a-z0-9-]{1,32}$/),
);
const imageId = text('the id of an image: ami- and hexadecimal digits', matching(/^ami-[0-9a-f]{8,17}$/));
const privateIp = text('an IPv4 address', (given) => (isIPv4(given) ? given : undefined));
const architecture = z.enum(['x86_64', 'arm64'], { error: 'expected one of x86_64, arm64' });

/** One entry of `instances`, key by key. */
export const instanceSchema = z.strictObject(
  {
    id: instanceId,
    instanceProfile: instanceProfileArn,
    listen: listenAddress.optional(),
    tokens: tokensRule.optional(),
    hosts: hostNames.optional(),
    region: region.optional(),
    availabilityZone: availabilityZone.optional(),
    instanceType: instanceType.optional(),
    imageId: imageId.optional(),
    architecture: architecture.optional(),
    privateIp: privateIp.optional(),
    hostname: domain.optional(),
  },
  { error: 'expected a mapping' },
);

/** Two instances of one id would share the name of their sessions. */
export const instances = z
  .array(instanceSchema, { error: 'expected a list of instances' })
  .superRefine((given, context) => {
    for (const [index, { id }] of given.entries())
      if (given.findIndex((other) => other.id === id) < index)
        context.addIssue({
          code: 'custom',
          path: [index, 'id'],
          message: 'is the id of another instance too',
        });
  });
