/** Creates accounts until it is killed, and says on stdout which ones were acknowledged. */
import type { AccountId } from '#core/identifiers';
import { openIdentityStore, openSqliteEngine } from '#stores/identity';

const [, , file = ''] = process.argv;
const store = await openIdentityStore(await openSqliteEngine({ file }), (error) => {
  throw error;
});

async function createForever(lane: number): Promise<void> {
  for (let index = 0; ; index++) {
    const id = `${lane}-${index}`;
    await store.write(({ put, delete: remove }) => {
      put('account', { id: id as AccountId, name: id, email: `${id}@example.com`, createdAt: 0 });
      put('account', { id: `${id}-twin` as AccountId, name: id, email: `${id}@example.com`, createdAt: 0 });
      if (index > 0) remove('account', `${lane}-${index - 1}-twin`);
    });
    process.stdout.write(`${id}\n`);
  }
}

await Promise.all([0, 1, 2, 3].map(createForever));
