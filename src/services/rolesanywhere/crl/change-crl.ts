import { defineOperation, loadNothing } from '#services/operation';
import type { IdentityState, RevocationListDocument, TrustAnchorDocument } from '#stores/identity';
import { rolesanywhereOperations as models, type RolesanywhereTypes } from '#wire/model';
import { aboutCreating, newResource } from '../base/create.ts';
import { invalid } from '../base/faults.ts';
import {
  deleteResource,
  getResource,
  listResource,
  type Noun,
  nameById,
  switchResource,
} from '../base/noun.ts';
import {
  aboutResource,
  findResource,
  type Place,
  parseResourceArn,
  placeOf,
  presentResource,
  resourceArn,
} from '../base/resource.ts';
import { readList } from './lists.ts';

/** CRLs per trust anchor (IAM Roles Anywhere User Guide, "Quotas"). */
const mostLists = 2;

/** A list as answers show it (IAM Roles Anywhere API Reference, "CrlDetail"). */
function describeCrl(list: RevocationListDocument): RolesanywhereTypes.CrlDetail {
  return {
    crlId: list.id,
    crlArn: resourceArn('crl', list),
    name: list.name,
    enabled: list.isEnabled,
    crlData: Buffer.from(list.list),
    trustAnchorArn: resourceArn('trust-anchor', { ...list, id: list.trustAnchor }),
    createdAt: list.createdAt,
    updatedAt: list.updatedAt,
  };
}

const crlNoun: Noun<'crl', RolesanywhereTypes.ScalarCrlRequest, RolesanywhereTypes.CrlDetailResponse> = {
  kind: 'crl',
  idOf: ({ crlId }) => crlId,
  answer: (list) => ({ crl: describeCrl(list) }),
};

/** Throws ValidationException for an ARN of no trust anchor of that place. */
function anchorNamed(arn: string, state: IdentityState, place: Place): TrustAnchorDocument {
  const named = parseResourceArn(arn);
  const isOfPlace =
    named?.kind === 'trust-anchor' && named.account === place.account && named.region === place.region;
  const anchor = isOfPlace ? findResource(state, 'trust-anchor', named) : undefined;
  if (anchor === undefined)
    throw invalid(`${arn} is not the ARN of a trust anchor of the account in this Region.`);
  return anchor;
}

/** Takes in a revocation list of an authority of a trust anchor (IAM Roles Anywhere API Reference, "ImportCrl"). */
export const importCrl = defineOperation(models.ImportCrl, {
  callers: 'signed',
  effect: 'change',
  load: loadNothing,
  authorize: ({ tags }) => aboutCreating('ImportCrl', tags),
  run: (input, _loaded, call) => {
    const begun = newResource(input, call);
    return call.identity.write(({ state, put }) => {
      const anchor = anchorNamed(input.trustAnchorArn, state, placeOf(call));
      const list = { ...begun, trustAnchor: anchor.id, list: readList(input.crlData, anchor, call.now) };
      if (state.all('revocation-list').owned(anchor.id).length >= mostLists) {
        throw invalid(`A trust anchor can have up to ${mostLists} certificate revocation lists.`);
      }
      put('revocation-list', list);
      return { crl: describeCrl(list) };
    });
  },
});

/** Changes the name or puts a newer list in place ("UpdateCrl"). */
export const updateCrl = defineOperation(models.UpdateCrl, {
  callers: 'signed',
  effect: 'change',
  load: (input, world) => nameById(crlNoun, input, world),
  authorize: (_input, named, { state }) => [aboutResource('UpdateCrl', state, named)],
  run: ({ name, crlData }, named, { identity, now }) =>
    identity.write(({ state, put }) => {
      const present = presentResource(state, 'crl', named);
      const list = {
        ...present,
        ...(name === undefined ? {} : { name }),
        ...(crlData === undefined
          ? {}
          : {
              list: readList(
                crlData,
                presentResource(state, 'trust-anchor', { ...present, id: present.trustAnchor }),
                now,
              ),
            }),
        updatedAt: now,
      };
      put('revocation-list', list);
      return { crl: describeCrl(list) };
    }),
});

export const getCrl = getResource(models.GetCrl, crlNoun);
export const enableCrl = switchResource(models.EnableCrl, crlNoun, true);
export const disableCrl = switchResource(models.DisableCrl, crlNoun, false);
export const deleteCrl = deleteResource(models.DeleteCrl, crlNoun);

export const listCrls = listResource(models.ListCrls, 'crl', (lists, token) => ({
  crls: lists.map(describeCrl),
  ...token,
}));
