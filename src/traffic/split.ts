/**
 * The canary of two plain Deployments behind one Service: each pod gets as much as any other, so the share
 * of the canary is its share of the ready pods, and only shares that pods can make are to be had.
 */

export interface Split {
  readonly stable: number;
  readonly canary: number;
  /** canary / (stable + canary) */
  readonly achieved: number;
  /** achieved - wanted */
  readonly error: number;
}

/**
 * The split of `pods` pods whose canary share is nearest to `wanted` (0 to 1); of two as near, the one with
 * the smaller canary. A canary is at least one pod as soon as any share is wanted. RangeError for other numbers.
 */
export function nearestSplit(pods: number, wanted: number): Split {
  refuseShare("wanted", wanted);
  if (!Number.isSafeInteger(pods) || pods < 0) {
    throw new RangeError(`pods: got ${pods}; use an integer >= 0`);
  }
  const exact = pods * wanted;
  const rounded = Math.ceil(exact - 0.5);
  const canary = Math.min(pods, Math.max(wanted > 0 ? 1 : 0, rounded));
  const achieved = pods === 0 ? 0 : canary / pods;
  return { stable: pods - canary, canary, achieved, error: achieved - wanted };
}

/** The fewest pods with which the nearest split is off by at most `tolerance`, which is above 0. */
export function podsForSplit(wanted: number, tolerance: number): number {
  refuseShare("wanted", wanted);
  if (!(tolerance > 0)) throw new RangeError(`tolerance: got ${tolerance}; use more than 0`);
  const most = Math.ceil(0.5 / tolerance) + 1;
  for (let pods = 1; pods < most; pods++) {
    if (Math.abs(nearestSplit(pods, wanted).error) <= tolerance) return pods;
  }
  return Math.max(most, Math.ceil(1 / (wanted + tolerance)));
}

function refuseShare(name: string, value: number): void {
  if (typeof value === "number" && value >= 0 && value <= 1) return;
  throw new RangeError(`${name}: got ${value}; use a share from 0 to 1`);
}
