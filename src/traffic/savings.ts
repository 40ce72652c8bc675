/**
 * What one change of the world would have saved: the account of the same world, with the same draws, run
 * again with that change alone. Changes are judged one by one; their savings need not add up.
 */
import { callable, list, refuse, text, type Check } from "../api/check-shape.ts";
import { FAILURES, type FailureCause } from "./causes.ts";
import type { LedgerSnapshot } from "./ledger.ts";

export interface Saving {
  /** Its name, such as `preStop sleep 5s`. */
  readonly change: string;
  /** Failed requests fewer (or, negative, more) than without it. */
  readonly saved: number;
  /** saved / failed without it; 0 where none failed. */
  readonly share: number;
  /** The causes whose count changed, by how much fewer. */
  readonly by: Partial<Readonly<Record<FailureCause, number>>>;
}

const named: Check = (path, change) => {
  if (typeof change !== "object" || change === null) refuse(path, change, "an object with a name");
  text(`${path}.name`, (change as { readonly name?: unknown }).name);
};

/** `run` plays the world: as it is with undefined, else with one change. The best change comes first. */
export function savings<C extends { readonly name: string }>(
  changes: readonly C[],
  run: (change: C | undefined) => LedgerSnapshot,
): { readonly base: LedgerSnapshot; readonly savings: readonly Saving[] } {
  list(named)("changes", changes);
  callable("run", run);
  const base = run(undefined);
  const found = changes.map((change) => saving(change.name, base, run(change)));
  return { base, savings: found.toSorted((a, b) => b.saved - a.saved) };
}

function saving(change: string, base: LedgerSnapshot, changed: LedgerSnapshot): Saving {
  const saved = base.failed - changed.failed;
  const by: Partial<Record<FailureCause, number>> = {};
  for (const cause of FAILURES) {
    const fewer = base.failedBy[cause] - changed.failedBy[cause];
    if (fewer !== 0) by[cause] = fewer;
  }
  return { change, saved, share: base.failed === 0 ? 0 : saved / base.failed, by };
}
