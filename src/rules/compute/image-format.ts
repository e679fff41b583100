import { UsageError } from '../errors.ts';

export const diskFormats = ['raw', 'qcow2'] as const;
export type DiskFormat = (typeof diskFormats)[number];

/** As many bytes of an image's beginning as its format is told by. */
export const HEADER_BYTES = 80;

const QCOW2 = [0x51, 0x46, 0x49, 0xfb];
/** An incompatible feature of a qcow2 (its bit 2): the data is in another file. */
const EXTERNAL_DATA = 4;

/**
 * Tells an image's format by its first bytes, of which there may be fewer than HEADER_BYTES. Throws a UsageError where it
 * is not the `wanted` one, since a raw disk that is read as a qcow2 could name any file of the host, and for a qcow2
 * that is not whole. NOTE: docs/interop/qcow2.rst of QEMU; Glance refuses both (OSSA-2024-001).
 */
export function formatOf(header: Uint8Array, wanted: DiskFormat | null): DiskFormat {
  const found = QCOW2.every((byte, at) => header[at] === byte) ? 'qcow2' : 'raw';
  if (wanted !== null && wanted !== found)
    throw new UsageError(
      `The file is ${found === 'raw' ? 'no qcow2' : 'a qcow2'}, by its first bytes.`,
      `Give --disk-format ${found}, or leave the flag out.`,
    );
  if (found === 'qcow2' && refersToOthers(header))
    throw new UsageError(
      'The qcow2 refers to another file (a backing file or a data file), without which it is no whole image.',
      'Make it whole first, as `qemu-img convert -O qcow2 FROM TO` does.',
    );
  return found;
}

function refersToOthers(header: Uint8Array): boolean {
  const view = new DataView(header.buffer, header.byteOffset, header.byteLength);
  const hasBackingFile = header.length >= 16 && view.getBigUint64(8) !== 0n;
  const isOfVersion3 = header.length >= HEADER_BYTES && view.getUint32(4) >= 3;
  return hasBackingFile || (isOfVersion3 && (view.getUint32(76) & EXTERNAL_DATA) !== 0);
}
