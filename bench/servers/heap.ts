/**
 * Tells over IPC how much heap the identity state of a data directory takes, loaded as every process of the service loads it.
 * Run with `--expose-gc`.
 */
import { join } from 'node:path';
import process from 'node:process';
import { openIdentityStore, openSqliteEngine } from '#stores/identity';

const [dataDirectory = ''] = process.argv.slice(2);
const engine = await openSqliteEngine({ file: join(dataDirectory, 'brevet.db') });
const before = heapBytes();
const identity = await openIdentityStore(engine, (error) => {
  throw error;
});
const roles = [...identity.state.all('role').values()].length;
const after = heapBytes();
process.send?.({ roles, bytes: after - before });
await identity.close();

function heapBytes(): number {
  globalThis.gc?.();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
