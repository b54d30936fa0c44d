import { z } from 'zod';
import { hostNames, roleArn } from './instance-schema.ts';
import { filePath, listenAddress, region, text } from './values.ts';

const matching = (pattern: RegExp) => (given: string) => (pattern.test(given) ? given : undefined);

const task = z.strictObject(
  {
    id: text('the id of a task: 32 hexadecimal digits', matching(/^[0-9a-f]{32}$/)),
    cluster: text('the name of a cluster', matching(/^[A-Za-z0-9_-]{1,255}$/)).optional(),
    roleArn,
    tokenFile: filePath,
  },
  { error: 'expected a mapping' },
);

/** One entry of `containers`, key by key. */
export const containerSchema = z.strictObject(
  {
    listen: listenAddress,
    hosts: hostNames.optional(),
    region: region.optional(),
    tasks: z.array(task, { error: 'expected a list of tasks' }).min(1, { error: 'expected a list of tasks' }),
  },
  { error: 'expected a mapping' },
);

export const containers = z.array(containerSchema, { error: 'expected a list of container endpoints' });
