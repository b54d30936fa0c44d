import { invalidToken } from '../federation-error.ts';
import type { Attributes } from './attributes.ts';

const eduPerson = 'urn:oid:1.3.6.1.4.1.5923.1.1.1.';
const eduOrganization = 'urn:oid:1.3.6.1.4.1.5923.1.2.1.';
const claims = 'http://schemas.xmlsoap.org/ws/2005/05/identity/claims/';

/**
 * Condition keys by the name of the attribute they are read from (IAM User Guide, "Mapping SAML attributes to AWS trust policy context keys").
 * The mistyped numbers of that page are there beside the right ones.
 */
const keyByAttribute: ReadonlyMap<string, string> = new Map([
  [`${eduPerson}1`, 'edupersonaffiliation'],
  [`${eduPerson}2`, 'edupersonnickname'],
  [`${eduPerson}3`, 'edupersonorgdn'],
  [`${eduPerson}4`, 'edupersonorgunitdn'],
  [`${eduPerson}5`, 'edupersonprimaryaffiliation'],
  [`${eduPerson}6`, 'edupersonprincipalname'],
  [`${eduPerson}7`, 'edupersonentitlement'],
  [`${eduPerson}8`, 'edupersonprimaryorgunitdn'],
  [`${eduPerson}9`, 'edupersonscopedaffiliation'],
  [`${eduPerson}10`, 'edupersontargetedid'],
  [`${eduPerson}11`, 'edupersonassurance'],
  [`${eduOrganization}2`, 'eduorghomepageuri'],
  [`${eduOrganization}3`, 'eduorgidentityauthnpolicyuri'],
  [`${eduOrganization}4`, 'eduorglegalname'],
  [`${eduOrganization}5`, 'eduorgsuperioruri'],
  [`${eduOrganization}6`, 'eduorgwhitepagesuri'],
  ['urn:oid:2.5.4.3', 'cn'],
  [`${claims}name`, 'name'],
  ['http://schemas.xmlsoap.org/claims/CommonName', 'commonName'],
  [`${claims}givenname`, 'givenName'],
  [`${claims}surname`, 'surname'],
  [`${claims}emailaddress`, 'mail'],
  ['http://schemas.microsoft.com/ws/2008/06/identity/claims/primarygroupsid', 'uid'],
  ['2.5.4.3', 'commonName'],
  ['2.5.4.4', 'surname'],
  ['2.4.5.42', 'givenName'],
  ['2.5.4.42', 'givenName'],
  ['2.5.4.45', 'x500UniqueIdentifier'],
  ['0.9.2342.19200300100.1.1', 'uid'],
  ['0.9.2342.19200300100.1.3', 'mail'],
  ['0.9.2342.19200300.100.1.45', 'organizationStatus'],
  ['0.9.2342.19200300100.1.45', 'organizationStatus'],
]);

/** The keys that are a text; all others are lists. */
const singleKeys: ReadonlySet<string> = new Set([
  'edupersonorgdn',
  'edupersonprimaryaffiliation',
  'edupersonprimaryorgunitdn',
  'edupersonprincipalname',
]);

/** What the attributes of an assertion say to trust policies. Throws FederationError for several values of what can have only one. */
export function attributeKeys(attributes: Attributes): Record<string, string | readonly string[]> {
  const lists = new Map<string, string[]>();
  for (const [name, values] of attributes) {
    const key = keyByAttribute.get(name);
    if (key === undefined) continue;
    const texts = values.filter((value) => value !== undefined);
    lists.set(key, [...(lists.get(key) ?? []), ...texts]);
  }
  const keys: Record<string, string | readonly string[]> = {};
  for (const [key, values] of lists) {
    const [first, ...others] = values;
    if (first === undefined) continue;
    if (!singleKeys.has(key)) keys[`saml:${key}`] = values;
    else if (others.length === 0) keys[`saml:${key}`] = first;
    else throw invalidToken(`The attribute of saml:${key} must have one value.`);
  }
  return keys;
}
