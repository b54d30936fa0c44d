import { formatIsoSeconds } from '#core/time';
import { escapeXml } from '#core/xml';
import { answerOf, type Fault } from '#wire/faults';
import type { OperationModel, ServiceModel, Shape, StructureShape } from '#wire/model';

type Fields = Readonly<Record<string, unknown>>;

/**
 * The XML of a successful answer, in AWS's own layout: no declaration, two-space indent, a newline at the end.
 * INVARIANT: `output` is of the operation's output type; the compiler saw to that where the operation was defined.
 */
export function encodeQueryXml(operation: OperationModel, output: unknown, requestId: string): string {
  const { name, service, resultWrapper } = operation;
  const result =
    operation.output === undefined || resultWrapper === undefined
      ? ''
      : structureElement(resultWrapper, operation.output, (output ?? {}) as Fields, '  ');
  return (
    `<${name}Response xmlns="${service.xmlNamespace ?? ''}">\n${result}` +
    `  <ResponseMetadata>\n    <RequestId>${escapeXml(requestId)}</RequestId>\n  </ResponseMetadata>\n` +
    `</${name}Response>\n`
  );
}

/** The XML of a fault. */
export function encodeQueryFaultXml(service: ServiceModel, fault: Fault, requestId: string): string {
  const { code, side, text, xmlNamespace } = answerOf(fault, service);
  const message = text === undefined ? '' : `    <Message>${escapeXml(text)}</Message>\n`;
  return (
    `<ErrorResponse xmlns="${xmlNamespace ?? ''}">\n` +
    `  <Error>\n    <Type>${side}</Type>\n    <Code>${escapeXml(code)}</Code>\n${message}  </Error>\n` +
    `  <RequestId>${escapeXml(requestId)}</RequestId>\n` +
    '</ErrorResponse>\n'
  );
}

function structureElement(name: string, shape: StructureShape, value: Fields, indent: string): string {
  let inner = '';
  const within = `${indent}  `;
  for (const member of shape.members) {
    const item = value[member.name];
    if (item !== undefined) inner += element(member.wireName, member.shape, item, within);
  }
  return wrapped(name, inner, indent);
}

function wrapped(name: string, inner: string, indent: string): string {
  return inner === '' ? `${indent}<${name}/>\n` : `${indent}<${name}>\n${inner}${indent}</${name}>\n`;
}

function element(name: string, shape: Shape, value: unknown, indent: string): string {
  switch (shape.type) {
    case 'structure':
      return structureElement(name, shape, value as Fields, indent);
    case 'list': {
      const items = value as readonly unknown[];
      if (shape.flattened) return items.map((item) => element(name, shape.member, item, indent)).join('');
      const inner = items.map((item) => element(shape.memberWireName, shape.member, item, `${indent}  `));
      return wrapped(name, inner.join(''), indent);
    }
    case 'map': {
      const within = shape.flattened ? indent : `${indent}  `;
      const entries = Object.entries(value as Fields).map(([key, item]) =>
        wrapped(
          shape.flattened ? name : 'entry',
          element(shape.keyWireName, shape.key, key, `${within}  `) +
            element(shape.valueWireName, shape.value, item, `${within}  `),
          within,
        ),
      );
      return shape.flattened ? entries.join('') : wrapped(name, entries.join(''), indent);
    }
    case 'timestamp':
      return leaf(name, formatTimestamp(value as number, shape.format), indent);
    case 'blob':
      return leaf(name, Buffer.from(value as Uint8Array).toString('base64'), indent);
    default:
      return leaf(name, escapeXml(String(value)), indent);
  }
}

function leaf(name: string, text: string, indent: string): string {
  return text === '' ? `${indent}<${name}/>\n` : `${indent}<${name}>${text}</${name}>\n`;
}

function formatTimestamp(instant: number, format: string | undefined): string {
  return format === 'iso8601-milliseconds' ? new Date(instant).toISOString() : formatIsoSeconds(instant);
}
