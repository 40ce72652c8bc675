/** What each remedy would have saved of a run's requests: proven by playing the same requests again with it. */
import type { LedgerSnapshot } from "../traffic/ledger.ts";
import { savings, type Saving } from "../traffic/savings.ts";
import { combined, preStopSleep, remediesOf, slowestProxy, type Remedy } from "./remedies.ts";
import type { Result } from "./result.ts";
import { runScenario, type RunOptions } from "./run.ts";
import type { Scenario } from "./scenario.ts";

export interface TrafficSavings {
  readonly name: string;
  readonly base: LedgerSnapshot;
  /** The best first; a change of several remedies last. */
  readonly savings: readonly (Saving & {
    /** Slow answers fewer (or, negative, more). */
    readonly faster: number;
    /** A step of the changed scenario failed, so that fewer requests came. */
    readonly run: "whole" | "broken off";
  })[];
}

/** The least preStop sleep, in whole seconds, with which no request is lost to a proxy's late view. */
export interface LeastPreStop {
  readonly seconds: number;
  /** Lost to late views with one second less; undefined where that is no sleep at all. */
  readonly lostWithLess: number;
}

export interface ScenarioSavings {
  readonly base: Result;
  readonly traffic: readonly TrafficSavings[];
  readonly leastPreStop: LeastPreStop | undefined;
}

export function savingsOf(scenario: Scenario, options: RunOptions): ScenarioSavings {
  const base = runScenario(scenario, options);
  const remedies = remediesOf(scenario);
  const changes = remedies.length > 1 ? [...remedies, combined(remedies)] : remedies;
  const results = new Map<Remedy | undefined, Result>([[undefined, base]]);
  for (const change of hasLosses(base) ? changes : []) {
    results.set(change, runScenario(change.apply(scenario), options));
  }
  const traffic = base.traffic.map(({ name, account }) => {
    const played = changes.filter((change) => results.has(change));
    const of = (change: Remedy | undefined): LedgerSnapshot =>
      results.get(change)!.traffic.find((each) => each.name === name)?.account ?? account;
    const found = savings(played, of).savings.map((saving) => {
      const change = played.find((each) => each.name === saving.change)!;
      const brokenOff = results.get(change)!.end === "failed" && base.end !== "failed";
      const run: "whole" | "broken off" = brokenOff ? "broken off" : "whole";
      return { ...saving, faster: account.slow - of(change).slow, run };
    });
    const together = found.filter(({ change }) => change === "all of these");
    const single = found.filter(({ change }) => change !== "all of these");
    return { name, base: account, savings: [...single, ...together] };
  });
  return { base, traffic, leastPreStop: leastPreStop(scenario, base, options) };
}

function hasLosses({ traffic }: Result): boolean {
  return traffic.some(({ account }) => account.failed + account.slow > 0);
}

function lostToLateViews({ traffic }: Result): number {
  return traffic.reduce((sum, { account }) => sum + account.failedBy.staleView, 0);
}

/** Halves the range between a sleep that loses some and one that loses none. */
function leastPreStop(
  scenario: Scenario,
  base: Result,
  options: RunOptions,
): LeastPreStop | undefined {
  const lost = (seconds: number): number =>
    lostToLateViews(runScenario(preStopSleep(seconds).apply(scenario), options));
  let [less, lostWithLess] = [0, lostToLateViews(base)];
  let seconds = Math.ceil(slowestProxy(scenario) / 1000);
  if (lostWithLess === 0 || lost(seconds) > 0) return undefined;
  while (seconds - less > 1) {
    const middle = Math.floor((less + seconds) / 2);
    const found = lost(middle);
    if (found === 0) seconds = middle;
    else [less, lostWithLess] = [middle, found];
  }
  return { seconds, lostWithLess };
}
