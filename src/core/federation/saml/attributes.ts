import type { XmlNode } from '#core/xml';
import { invalidToken } from '../federation-error.ts';
import type { ClaimedTag } from '../web-identity.ts';
import { attributeOf, childrenOf, elementsOf, isNamed, malformed, textOf } from './elements.ts';
import { assertionNamespace } from './names.ts';

/** What an assertion says in AWS's attributes (IAM User Guide, "Configure SAML assertions for the authentication response"). */
export interface AwsAttributes {
  readonly roles: readonly { readonly role: string; readonly provider: string }[];
  readonly sessionName: string;
  readonly sessionDurationSeconds: number | undefined;
  readonly tags: readonly ClaimedTag[];
  readonly transitiveTagKeys: readonly string[];
  readonly sourceIdentity: string | undefined;
}

/** Attributes by name, each with its values; a value that is not plain text is undefined. */
export type Attributes = ReadonlyMap<string, readonly (string | undefined)[]>;

const prefix = 'https://aws.amazon.com/SAML/Attributes/';
const tagPrefix = `${prefix}PrincipalTag:`;
const sessionNamePattern = /^[\w+=,.@-]{2,64}$/;
const tagKeyPattern = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]{1,128}$/u;
const tagValuePattern = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]{0,256}$/u;

/** Every attribute of an assertion. Throws FederationError for one that is encrypted or has no name. */
export function readAttributes(assertion: XmlNode): Attributes {
  const attributes = new Map<string, (string | undefined)[]>();
  for (const statement of childrenOf(assertion, assertionNamespace, 'AttributeStatement')) {
    for (const attribute of elementsOf(statement)) {
      const name = attributeOf(attribute, 'Name');
      if (!isNamed(attribute, assertionNamespace, 'Attribute') || name === undefined) {
        throw malformed('an attribute is encrypted or has no name');
      }
      const values = attributes.get(name) ?? [];
      for (const value of elementsOf(attribute)) {
        if (!isNamed(value, assertionNamespace, 'AttributeValue'))
          throw malformed('an attribute has something else than values');
        values.push(elementsOf(value).length > 0 ? undefined : textOf(value));
      }
      attributes.set(name, values);
    }
  }
  return attributes;
}

/** Throws FederationError, in AWS's words where they are known. */
export function readAwsAttributes(attributes: Attributes): AwsAttributes {
  const [sessionName, ...others] = valuesOf(attributes, `${prefix}RoleSessionName`);
  if (sessionName === undefined || others.length > 0) {
    throw invalidToken('RoleSessionName is required in AuthnResponse');
  }
  if (!sessionNamePattern.test(sessionName)) {
    throw invalidToken('RoleSessionName in AuthnResponse must match [a-zA-Z_0-9+=,.@-]{2,64}');
  }
  const tags = [...attributes.keys()]
    .filter((name) => name.startsWith(tagPrefix))
    .map((name) => readTag(name.slice(tagPrefix.length), only(attributes, name)));
  return {
    roles: valuesOf(attributes, `${prefix}Role`).map(readRole),
    sessionName,
    sessionDurationSeconds: readDuration(only(attributes, `${prefix}SessionDuration`)),
    tags,
    transitiveTagKeys: [...new Set(valuesOf(attributes, `${prefix}TransitiveTagKeys`))],
    sourceIdentity: readSourceIdentity(only(attributes, `${prefix}SourceIdentity`)),
  };
}

function valuesOf(attributes: Attributes, name: string): readonly string[] {
  return (attributes.get(name) ?? []).map((value) => {
    if (value === undefined) throw malformed(`there are elements in ${name}`);
    return value;
  });
}

/** The value of an attribute that may have one; undefined without the attribute. */
function only(attributes: Attributes, name: string): string | undefined {
  if (!attributes.has(name)) return undefined;
  const [value, ...others] = valuesOf(attributes, name);
  if (value === undefined || others.length > 0)
    throw invalidToken(`The attribute ${name} must have one value.`);
  return value;
}

/** A role and the provider that gives it, in either order. */
function readRole(value: string): { readonly role: string; readonly provider: string } {
  const [first = '', second = '', ...others] = value.split(',').map((part) => part.trim());
  const isProvider = (arn: string): boolean => arn.includes(':saml-provider/');
  if (others.length > 0 || isProvider(first) === isProvider(second)) {
    throw invalidToken(
      `The attribute ${prefix}Role must hold the ARN of a role and that of a provider, with a comma between.`,
    );
  }
  return isProvider(first) ? { role: second, provider: first } : { role: first, provider: second };
}

function readDuration(value: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  const seconds = /^[0-9]{1,6}$/.test(value) ? Number(value) : 0;
  if (seconds < 900 || seconds > 43_200) {
    throw invalidToken(`The attribute ${prefix}SessionDuration must be a number from 900 to 43200.`);
  }
  return seconds;
}

function readTag(key: string, value: string | undefined): ClaimedTag {
  if (!tagKeyPattern.test(key) || value === undefined || !tagValuePattern.test(value)) {
    throw invalidToken(
      `The attribute ${tagPrefix.slice(0, -1)} has a tag that is too long or has characters that tags cannot have.`,
    );
  }
  return { key, value };
}

function readSourceIdentity(value: string | undefined): string | undefined {
  if (value !== undefined && !sessionNamePattern.test(value)) {
    throw invalidToken('Source Identity must match [a-zA-Z_0-9+=,.@-]{2,64} and not begin with "aws:"');
  }
  return value;
}
