const MAGIC = 0x5ca1ab1e;
const MOST = 4;

/** A parser with a fault that random octets do not reach: it lies behind a magic number, a kind, a count and a sum. */
export function parsePlanted(octets: Uint8Array): number {
  if (octets.length < 12) return 0;
  const view = new DataView(octets.buffer, octets.byteOffset, octets.byteLength);
  if (view.getUint32(0) !== MAGIC) return 0;
  if (view.getUint16(4) !== 0x0203) return 1;
  const places = Array.from({ length: MOST }, (_, i) => i);
  let sum = 0;
  for (let i = 0; i < octets[6]!; i++) {
    if (i > MOST) throw new Error('the planted fault');
    sum += places[i] ?? 0;
  }
  return sum;
}
