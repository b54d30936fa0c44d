import { defineOperation, loadNothing, openAuthorizationMessage } from '#services/operation';
import { fault } from '#wire/faults';
import { stsOperations } from '#wire/model';
import { refuseSessionOf } from './refuse-session.ts';

/**
 * Opens the sealed reason of a denial (AWS STS API Reference, DecodeAuthorizationMessage).
 * A message of another account does not open: it is sealed for the account of the caller who was refused.
 */
export const decodeAuthorizationMessage = defineOperation(stsOperations.DecodeAuthorizationMessage, {
  callers: 'signed',
  effect: 'read',
  refuse: refuseSessionOf('DecodeAuthorizationMessage'),
  load: loadNothing,
  authorize: () => [{ action: 'sts:DecodeAuthorizationMessage', resource: '*' }],
  run: (input, _loaded, { box, caller }) => {
    const decoded = openAuthorizationMessage(box, caller.account.id, input.EncodedMessage);
    if (decoded === undefined) throw fault('InvalidAuthorizationMessageException', 'Message is not valid.');
    return { DecodedMessage: decoded };
  },
});
