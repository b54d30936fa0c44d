/**
 * The checksums that S3 takes of what is uploaded (Amazon S3 User Guide, "Checking object integrity"): CRC-32, CRC-32C, CRC-64/NVME, SHA-1
 * and SHA-256, over bytes as they come. It proves that bytes arrived whole, never who sent them.
 * Called by the gateway.
 */
export { type Checksum, type ChecksumAlgorithm, checksumAlgorithms, createChecksum } from './checksum.ts';
