// A state is packed as an exploration packs it (src/verify/explore-layout.ts), but for what a lagging cache
// reads: one word more holds the copies of all ReplicaSets.
import { existsBit, nibble, specAt, statusAt } from "../../src/verify/explore-layout.ts";

export const copyBits = 10; // listed, spec, status, fresh
export const copyListed = 1;
export const copyFresh = 1 << 9;

/** The newest copy of a set that a cache can hold. */
export function copyOf(word: number): number {
  const spec = (word >> specAt) & nibble;
  const status = (word >> statusAt) & nibble;
  return (word & existsBit) | (spec << 1) | (status << 5) | copyFresh;
}
