/** The laws of properties.ts as properties of an exploration, with what its configuration does not promise. */
import { unreachable } from "../engine/assert.ts";
import type { Exploration } from "./explore.ts";
import { changesOf, type ExploreConfig } from "./explore-config.ts";
import { toSyncDeployment } from "./explore-layout.ts";
import { always, everyStep, sometimes, type Property } from "./judge.ts";
import {
  assumptions,
  ceilingOf,
  floorOf,
  isStatusHonest,
  ofActive,
  onTotals,
  stateLaws,
  type Assumption,
  type StateLaw,
} from "./properties.ts";
import { syncLaws, type SyncFacts, type SyncLaw } from "./sync-laws.ts";

/** A law, or the folk claim CE0, ready to be judged. */
export interface JudgedLaw {
  readonly id: string;
  readonly name: string;
  readonly statement: string;
  /** What it takes for granted and this configuration does not give, in words; empty: it must hold. */
  readonly missing: readonly string[];
  /** The folk claim that a breach shows to be false, if it is a known one. */
  readonly knownAs?: string;
  readonly property: Property;
  /** What a user sees of a breach, where the law also speaks of what is bound to come. */
  readonly visible?: Property;
  /** The law itself, if it is about states. */
  readonly law?: Pick<StateLaw, "totals" | "left">;
  /** Whether the law has anything to say, so that it cannot hold vacuously: hit as often as it has. */
  readonly occasion: Property;
}

/** All laws that an exploration of this configuration can judge. */
export function lawsOn(model: Exploration): readonly JudgedLaw[] {
  const { config } = model;
  // P8 assumes an honest status at every sync, which no configuration gives; P15 is about bad images only.
  const isBad = config.newPods === "never ready";
  const states = (stateLaws as readonly StateLaw[]).filter(
    ({ id }) => id !== "P8" && (id !== "P15" || isBad),
  );
  // Under a lagging cache a sync reads something else than the state before it, of which these laws speak.
  const syncs: readonly SyncLaw[] = config.cache === "lagging" ? [] : syncLaws;
  const known = [...states, ...syncs].map((law): JudgedLaw => ({
    ...judgedWords(config, law),
    ...(law.form === "state" ? onStates(model, law) : onSyncs(model, law)),
  }));
  return [...known, judgedCeiling(model)];
}

/** A law as a configuration has it: what it does not give, and the claim that a breach then shows to be false. */
export function judgedWords(
  config: ExploreConfig,
  law: Pick<StateLaw | SyncLaw, "id" | "name" | "statement" | "assumes" | "form">,
): Omit<JudgedLaw, keyof Properties> {
  const { id, name, statement, assumes, form } = law;
  const unmet = assumes.filter((assumption) => !isGiven(config, assumption, form));
  const claim = claimOf(id, unmet, config);
  const missing = unmet.map((word) => assumptions[word]);
  return { id, name, statement, missing, ...(claim === undefined ? {} : { knownAs: claim }) };
}

type Properties = Pick<JudgedLaw, "property" | "law" | "occasion" | "visible">;

function onStates(model: Exploration, law: StateLaw): Properties {
  const margin = (words: Int32Array, at: number): number => law.margin(model.view(words, at));
  return {
    law,
    property: always(law.id, (words, at) => margin(words, at) >= 0),
    occasion: sometimes(law.id, (words, at) => margin(words, at) < Infinity),
    ...(law.id === "P3" ? { visible: availability(model) } : {}),
  };
}

/** P3 without what is to last: pods that are doomed are there until they go. */
function availability(model: Exploration): Property {
  return always("availability", (words, at) => {
    const view = model.view(words, at);
    return view.sets.reduce((sum, { available }) => sum + available, 0) >= floorOf(view);
  });
}

function onSyncs(model: Exploration, law: SyncLaw): Properties {
  const needsHonesty = law.assumes.includes("acc");
  const isAbout = (states: Int32Array, at: number, action: number): boolean =>
    action === toSyncDeployment &&
    pathOf(model, states, at) === law.path &&
    (!needsHonesty || isStatusHonest(model.view(states, at)));
  return {
    property: everyStep(law.id, (before, from, after, to, action) => {
      if (!isAbout(before, from, action)) return true;
      const was = model.view(before, from);
      const is = model.view(after, to);
      return law.holds(was, is, { path: law.path, created: was.current < 0 && is.current >= 0 });
    }),
    // Counted where it is not so, as breaches are.
    occasion: everyStep(law.id, (before, from, _after, _to, action) => {
      return !isAbout(before, from, action);
    }),
  };
}

function pathOf(model: Exploration, states: Int32Array, at: number): SyncFacts["path"] {
  if (model.isPaused(states, at)) return "other";
  return model.isScalingEvent(states, at) ? "scaling" : "rolling";
}

const neverMore = "never more pods than replicas + maxSurge";

/** The folk claim CE0. */
export const podsCeiling: StateLaw = onTotals({
  id: "CE0",
  name: neverMore,
  statement: neverMore,
  class: "A",
  assumes: [],
  totals: [ofActive],
  left: ([pods = 0], view) => ceilingOf(view) - pods,
});

function judgedCeiling(model: Exploration): JudgedLaw {
  return {
    ...judgedWords(model.config, podsCeiling),
    ...onStates(model, podsCeiling),
    missing: ["nothing promises this: old pods go only after the new ones are asked for"],
    knownAs: "CE0",
  };
}

function claimOf(
  id: string,
  unmet: readonly Assumption[],
  { replicas, scaleTo = 0, faults = 0 }: ExploreConfig,
): string | undefined {
  // CE3 and CE7 are about scaling down; scaling up raises the floor at once. CE5 is about failures.
  if (scaleTo > replicas || (id === "P9" && faults === 0)) return undefined;
  return claims[`${id} without ${unmet.join(", ")}`];
}

const claims: Readonly<Record<string, string>> = {
  "P3 without fwd": "CE1",
  "P3 without mrs0": "CE2",
  "P3 without const": "CE3",
  "P2 without own": "CE4",
  "P9 without one": "CE5",
  "P3 without np": "CE6",
  "P24 without const": "CE7",
};

/** What a claim such as CE1 takes to be seen, in words; undefined for what is no such claim. */
export function lackOf(claim: string): string | undefined {
  const law = Object.keys(claims).find((key) => claims[key] === claim);
  const word = law?.split(" without ")[1] as Assumption | undefined;
  return word === undefined ? undefined : assumptions[word];
}

/** Whether every run of a configuration meets an assumption. */
export function isGiven(
  config: ExploreConfig,
  assumption: Assumption,
  form: "state" | "sync",
): boolean {
  switch (assumption) {
    case "fwd":
      return config.direction !== "forward or back";
    case "mrs0":
      return config.minReady !== "positive";
    case "nf":
      return (config.faults ?? 0) === 0;
    case "const":
      return config.scaleTo === undefined;
    case "np":
      return config.pause !== "once";
    case "own":
      return config.cache !== "lagging";
    case "one":
      return changesOf(config) === 1;
    case "acc": // a law about syncs is judged only where it is true
      return form === "sync";
    case "bad":
      return config.newPods === "never ready";
    case "ready":
      return config.newPods !== "never ready";
    case "room":
    case "settled":
    case "still":
      return true;
    default:
      return unreachable(assumption);
  }
}
