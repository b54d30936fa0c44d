/** Appends records until it is killed, and says on stdout which ones were acknowledged. */
import type { AuditEvent } from '#core/audit';
import { openAuditLog } from '#stores/audit-log';

const [, , directory = ''] = process.argv;
const log = await openAuditLog({ directory, writer: 'killed', clock: Date.now });

async function appendForever(lane: number): Promise<void> {
  for (let index = 0; ; index++) {
    const eventName = `Event-${lane}-${index}`;
    await log.append({ eventName } as AuditEvent);
    process.stdout.write(`${eventName}\n`);
  }
}

await Promise.all([0, 1, 2, 3].map(appendForever));
