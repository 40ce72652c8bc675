/** The same worlds under several strategies: same seeds, same requests, same pods' luck. */
import type { Millis } from "../api/meta.ts";
import type { Streams } from "../kubectl/cluster-io.ts";
import type { Scenario } from "../scenario/scenario.ts";
import { play, type Outcome, type World } from "./play.ts";
import type { Release } from "./release.ts";
import type { Strategy } from "./strategy.ts";
import { watchedFor, type Watch } from "./watch.ts";

export interface ComparisonOptions {
  readonly strategies: readonly Strategy[];
  readonly watch: Watch;
  /** The cluster, its pods' behaviors and its requests are of this scenario. */
  readonly scenario: Scenario;
  /** One world each. */
  readonly seeds: readonly string[];
  readonly readFile: NonNullable<Streams["readFile"]>;
}

export interface Comparison {
  readonly release: Release;
  readonly watch: Watch;
  readonly seeds: readonly string[];
  /** By strategy, then by seed. */
  readonly outcomes: readonly (readonly Outcome[])[];
}

/** Where the scenario does not say when the release begins: virtual ms. */
const BEGIN: Millis = 60_000;
/** After the watch is over there is time to take a release back. */
const AFTERWARDS: Millis = 180_000;

/** Throws CannotPlay where a strategy cannot be played in this world. */
export function compareStrategies(release: Release, options: ComparisonOptions): Comparison {
  const { scenario, strategies, watch, seeds, readFile } = options;
  const at = release.at ?? BEGIN;
  const until = at + watchedFor(watch) + AFTERWARDS;
  const outcomes = strategies.map((strategy) =>
    seeds.map((seed) => {
      const world: World = { scenario, seed, release, watch, at, until, readFile };
      return play(strategy, world);
    }),
  );
  return { release, watch, seeds, outcomes };
}
