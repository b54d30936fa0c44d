/**
 * The AWS Query protocol: form parameters in, XML out, JSON for clients that accept only that.
 * It owns the flattening of names and the exact layout of answers. It checks types but no constraints, routes nothing and
 * reads no headers. Called by the pipeline for STS and IAM.
 */
export { decodeQuery } from './decode.ts';
export { encodeQueryFaultJson, encodeQueryJson } from './encode-json.ts';
export { encodeQueryFaultXml, encodeQueryXml } from './encode-xml.ts';
export { maxParameters, type Params, parseForm } from './form.ts';
