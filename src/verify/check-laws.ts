/** Laws and claims that somebody names: one that is none would be judged silently in vain. */
import type { Claim } from "./claim.ts";
import { stateLaws } from "./properties.ts";

/** RangeError for what is neither the id of a law about every moment nor a claim, and for two of one name. */
export function checkLaws(laws: readonly (string | Claim)[]): void {
  const ids: readonly string[] = stateLaws.map(({ id }) => id);
  const named = Array.isArray(laws) ? laws.filter((law) => !isClaim(law)) : laws;
  checkWords("laws", named, [...ids, "a claim: { id, statement, margin }"]);
  checkClaims(laws.filter(isClaim), new Set(ids));
}

/** Breaches and counts are told by these names. */
function checkClaims(claims: readonly Claim[], taken: Set<string>): void {
  for (const { id, statement } of claims) {
    if (typeof statement !== "string") {
      throw new RangeError(`laws: got no statement of ${JSON.stringify(id)}; say what it claims`);
    }
    if (taken.has(id)) {
      throw new RangeError(
        `laws: got two of the name ${JSON.stringify(id)}; give the claim another id`,
      );
    }
    taken.add(id);
  }
}

function isClaim(law: string | Claim): law is Claim {
  return typeof law === "object" && typeof law.id === "string" && typeof law.margin === "function";
}

/** RangeError for what is no list, and for a word in it that is not known. */
export function checkWords(name: string, words: unknown, known: readonly string[]): void {
  const wrong = Array.isArray(words) ? words.find((word) => !known.includes(word)) : words;
  if (Array.isArray(words) && wrong === undefined) return;
  const use = `${Array.isArray(words) ? "" : "a list of "}any of ${known.join(", ")}`;
  throw new RangeError(`${name}: got ${JSON.stringify(wrong)}; use ${use}`);
}
