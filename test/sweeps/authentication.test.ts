import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { OperationModel } from '#wire/model';
import { minimalInput } from './minimal-input.ts';
import { actionOf, registered, type SignedRequest, type Sweep, startSweep } from './sweep.ts';

let sweep: Sweep;

before(async () => {
  sweep = await startSweep();
});
after(() => sweep.stop());

/** Takes from a request everything that says who sent it. */
function unsign({ headers }: SignedRequest): void {
  for (const name of Object.keys(headers)) {
    if (/^(authorization|x-amz-date|x-amz-security-token)$/i.test(name)) delete headers[name];
  }
}

/** The code as the operation's protocol spells it. */
function spelled({ service }: OperationModel, query: string, json: string): string {
  return service.protocol === 'query' ? query : json;
}

const badSignature =
  'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.';

describe('every registered operation', () => {
  for (const { model } of registered) {
    if (model.noAuth) {
      test(`${actionOf(model)} takes a request without a signature, which is its own`, async () => {
        const { error } = await sweep.call(model, minimalInput(model), sweep.service.root, unsign);
        assert.notEqual(error?.code, 'MissingAuthenticationToken');
      });
      continue;
    }

    test(`${actionOf(model)} refuses a request without a signature`, async () => {
      const { error, status } = await sweep.call(model, minimalInput(model), sweep.service.root, unsign);
      assert.deepEqual(
        [status, error?.code, error?.message],
        [
          model.service.protocol === 'json' ? 400 : 403,
          spelled(model, 'MissingAuthenticationToken', 'MissingAuthenticationTokenException'),
          'Request is missing Authentication Token',
        ],
      );
    });

    test(`${actionOf(model)} refuses a signature made with another secret`, async () => {
      const wrong = { ...sweep.service.root, secretAccessKey: 'root/secret+of/the+tests0000000000000001' };
      const { error, status } = await sweep.call(model, minimalInput(model), wrong);
      assert.deepEqual(
        [status, error?.code, error?.message],
        [
          model.service.protocol === 'json' ? 400 : 403,
          spelled(model, 'SignatureDoesNotMatch', 'InvalidSignatureException'),
          badSignature,
        ],
      );
    });

    test(`${actionOf(model)} refuses a request that was changed after it was signed`, async () => {
      const change = ({ headers }: SignedRequest): void => {
        headers['x-amz-date'] = (headers['x-amz-date'] ?? '').replace(/.Z$/, (end) =>
          end === '0Z' ? '1Z' : '0Z',
        );
      };
      const { error } = await sweep.call(model, minimalInput(model), sweep.service.root, change);
      assert.equal(error?.code, spelled(model, 'SignatureDoesNotMatch', 'InvalidSignatureException'));
    });
  }
});
