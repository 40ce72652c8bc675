/**
 * Names of pods that a controller makes: the maker's name and a dash, of which 58 characters count, and five
 * more. Mirrors generateName (apiserver/pkg/storage/names), but for chance.
 */
import { MOST_PODS } from "./too-many-pods.ts";

/** Characters of a base that is cut. */
export const MAX_BASE = 58;

// Five characters of Kubernetes' alphabet without vowels, as generateName appends. A pod's is a
// permutation of its ordinal, so that names look as they do in a cluster and need no table; those of one maker
// never collide, those of two whose long names are cut alike do as seldom as in a cluster.
const ALPHABET = "bcdfghjklmnpqrstvwxz2456789";
const LETTERS = 5;
const NAMES = 27 ** LETTERS;
const FACTOR = 8_888_957; // coprime to 27

/** What the names of a maker's pods begin with; long names of several makers can have it in common. */
export function podNameBase(maker: string): string {
  return `${maker}-`.slice(0, MAX_BASE);
}

/** Of the pod with this ordinal among those of its maker; the first is 1. */
export function podName(maker: string, ordinal: number): string {
  let rest = (ordinal * FACTOR + offset(maker)) % NAMES;
  let text = "";
  for (let i = 0; i < LETTERS; i++) {
    text = ALPHABET[rest % 27]! + text;
    rest = Math.floor(rest / 27);
  }
  return podNameBase(maker) + text;
}

/**
 * What a pod would have been called that was refused: each try draws a name of its own, which no pod gets. By the number of the
 * sync and how many were refused before it in that one, so that nobody has to count.
 */
export function refusedPodName(maker: string, sync: number, before: number): string {
  const draws = NAMES - MOST_PODS;
  return podName(maker, NAMES - 1 - ((sync * 4099 + before) % draws));
}

/** The base of a name that `podName` made. */
export function baseOfPodName(name: string): string {
  return name.slice(0, -LETTERS);
}

/** The other way round; 0: the maker never makes a pod of this name. */
export function podOrdinal(maker: string, name: string): number {
  let value = 0;
  for (const letter of name.slice(-LETTERS)) {
    const digit = ALPHABET.indexOf(letter);
    if (digit < 0) return 0;
    value = value * 27 + digit;
  }
  const scrambled = (value - offset(maker) + NAMES) % NAMES;
  return Number((BigInt(scrambled) * INVERSE) % BigInt(NAMES));
}

/** Where the permutation begins: pods of different ReplicaSets should not look like twins. */
function offset(maker: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < maker.length; i++) hash = Math.imul(hash ^ maker.charCodeAt(i), 0x01000193);
  return (hash >>> 0) % NAMES;
}

const INVERSE = modularInverse(BigInt(FACTOR), BigInt(NAMES));

function modularInverse(value: bigint, modulus: bigint): bigint {
  let [oldR, r] = [value, modulus];
  let [oldS, s] = [1n, 0n];
  while (r !== 0n) {
    const quotient = oldR / r;
    [oldR, r] = [r, oldR - quotient * r];
    [oldS, s] = [s, oldS - quotient * s];
  }
  return ((oldS % modulus) + modulus) % modulus;
}
