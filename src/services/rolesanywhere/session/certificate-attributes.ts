import { alternativeNames, type Certificate, type DistinguishedName, isAttributeName } from '#core/x509';
import type { AnywhereProfileDocument } from '#stores/identity';

/** A session tag as AssumeRole names it. */
export interface AttributeTag {
  readonly Key: string;
  readonly Value: string;
}

/** What STS takes for keys and values of session tags. */
const tagText = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u;
const longestKey = 128;
const longestValue = 256;

/**
 * The parts of a certificate that a session carries as tags (IAM Roles Anywhere User Guide, "Trust policy" and "Certificate attribute mapping").
 * Several values of one kind are joined by slashes in the order of the certificate; what STS does not take as a tag is left out.
 */
export function certificateTags(
  certificate: Certificate,
  mappings: AnywhereProfileDocument['attributeMappings'],
): readonly AttributeTag[] {
  const names = alternativeNames(certificate);
  const ofName = mappings.x509SAN.flatMap((specifier) =>
    specifier.startsWith('Name/') ? [specifier.slice('Name/'.length)] : [],
  );
  const tags = [
    ...nameTags('x509Subject', certificate.subject, mappings.x509Subject),
    ...nameTags('x509Issuer', certificate.issuer, mappings.x509Issuer),
    ...(mappings.x509SAN.includes('DNS') ? [['x509SAN/DNS', names.dns] as const] : []),
    ...(mappings.x509SAN.includes('URI') ? [['x509SAN/URI', names.uri] as const] : []),
    ...(names.directory === undefined ? [] : nameTags('x509SAN/Name', names.directory, ofName)),
  ];
  return tags.flatMap(([Key, Value]) => (isTag(Key, Value) ? [{ Key, Value }] : []));
}

function isTag(key: string, value: string | undefined): value is string {
  return (
    value !== undefined && key.length <= longestKey && value.length <= longestValue && tagText.test(value)
  );
}

function nameTags(
  field: string,
  name: DistinguishedName,
  specifiers: readonly string[],
): readonly (readonly [key: string, value: string | undefined])[] {
  const isMapped = (type: string): boolean =>
    specifiers.includes(type) || (specifiers.includes('*') && isAttributeName(type));
  const types = new Set(name.attributes.map(({ type }) => type).filter(isMapped));
  return [...types].map((type) => [`${field}/${type}`, joinedValues(name, type)]);
}

/** Undefined where one of the values is no text: the rest alone would be another's. */
function joinedValues({ attributes }: DistinguishedName, wanted: string): string | undefined {
  const values = attributes.flatMap(({ type, value }) => (type === wanted ? [value] : []));
  return values.length === 0 || values.includes(undefined) ? undefined : values.join('/');
}

/** Of these a source identity may be (IAM Roles Anywhere User Guide, "CreateSession API"). */
const identityText = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]+$/u;
const longestIdentity = 64;
const longestPrefixedName = 61;

/**
 * The source identity of a certificate's sessions: `CN=` and the common name, the common name alone where the prefix does not fit, or `ID=` and
 * the serial number where there is none (IAM Roles Anywhere User Guide, "Source identity rules"). Undefined for one that STS does not take.
 */
export function sourceIdentityOf({ subject, serialNumber }: Certificate): string | undefined {
  const hasName = subject.attributes.some(({ type }) => type === 'CN');
  const name = joinedValues(subject, 'CN');
  const identity = hasName
    ? name !== undefined && name.length <= longestPrefixedName
      ? `CN=${name}`
      : name
    : `ID=${serialNumber}`;
  return identity !== undefined && identity.length <= longestIdentity && identityText.test(identity)
    ? identity
    : undefined;
}
