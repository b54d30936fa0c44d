/**
 * What verifiers of web identity tokens fetch: each issuer's discovery document and its public keys, unsigned and cacheable.
 * It reads the identity state in memory and nothing else, and answers nobody differently. Every other request is handed on.
 * Called by main, in front of the pipeline.
 */
export { createIssuerDocuments, type IssuerDocumentOptions } from './issuer-documents.ts';
