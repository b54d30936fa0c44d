import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const script = fileURLToPath(new URL('./demo.ts', import.meta.url));

test('the tour walks the main job to its end, in less than twenty seconds', async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [script], { timeout: 20_000 });
  for (const line of [
    /refused {2}ada with another external id: AccessDenied/,
    /denied {3}iam:ListRoles: .* because no permissions boundary allows/,
    /denied {3}iam:ListGroups: .* because no session policy allows/,
    /denied {3}iam:CreateUser: .* because no identity-based policy allows/,
    /refused {2}the same credentials: ExpiredToken/,
    /refused {2}the revoked session: InvalidClientTokenId/,
    /with an explicit deny in an identity-based policy/,
    /allowed {2}2026\/sales\.csv, once a bucket policy names the role/,
    /refused {2}2025\/sales\.csv, which the session policy leaves out: AccessDenied/,
    /refused {2}2026\/sales\.csv, once the session is revoked/,
    /verified ASIA\S+ is \S+, and the service is stopped/,
    /verified without the issuer\.\n$/,
  ])
    assert.match(stdout, line);
});
