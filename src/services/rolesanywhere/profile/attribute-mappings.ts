import { isAttributeName } from '#core/x509';
import type { AnywhereProfileDocument, CertificateField } from '#stores/identity';
import { invalid } from '../base/faults.ts';

type Mappings = AnywhereProfileDocument['attributeMappings'];

/** What sessions carry of certificates unless the profile says otherwise (IAM Roles Anywhere User Guide, "Certificate attribute mapping"). */
export const defaultMappings: Mappings = {
  x509Issuer: ['*'],
  x509SAN: ['DNS', 'URI', 'Name/*'],
  x509Subject: ['*'],
};

const oid = /^[0-2](\.(0|[1-9][0-9]{0,8})){1,20}$/;

/** The specifiers of a request as they are stored. Throws ValidationException for one that says nothing of that field. */
export function readSpecifiers(field: CertificateField, specifiers: readonly string[]): readonly string[] {
  if (specifiers.length === 0) throw invalid('There must be at least one mapping rule.');
  const read = specifiers.map((specifier) => {
    // These three are one (IAM Roles Anywhere User Guide, "Certificate attribute mapping").
    const plain = field === 'x509SAN' && /^Name\/?$/.test(specifier) ? 'Name/*' : specifier;
    if (!isSpecifier(field, plain)) throw invalid(`The specifier ${specifier} is not valid for ${field}.`);
    return plain;
  });
  if (new Set(read).size !== read.length) throw invalid('Mapping rules must be unique.');
  return read;
}

function isSpecifier(field: CertificateField, specifier: string): boolean {
  if (field !== 'x509SAN') return isOfName(specifier);
  if (specifier === 'DNS' || specifier === 'URI') return true;
  return specifier.startsWith('Name/') && isOfName(specifier.slice('Name/'.length));
}

function isOfName(specifier: string): boolean {
  return specifier === '*' || isAttributeName(specifier) || oid.test(specifier);
}

/** Throws ValidationException for a specifier that is not among the rules. All rules of the field go where none is named. */
export function removeSpecifiers(
  mappings: Mappings,
  field: CertificateField,
  specifiers: readonly string[],
): Mappings {
  const present = mappings[field];
  const removed = specifiers.length === 0 ? present : specifiers;
  for (const specifier of removed) {
    if (!present.includes(specifier))
      throw invalid(`The mapping rules of ${field} do not include ${specifier}.`);
  }
  return { ...mappings, [field]: present.filter((specifier) => !removed.includes(specifier)) };
}
