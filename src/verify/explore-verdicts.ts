/**
 * What holds of a small Deployment in every interleaving: each law of properties.ts judged on an exploration,
 * with what the configuration does not promise, and a shortest way to a breach.
 */
import { unreachable } from "../engine/assert.ts";
import { check } from "./check.ts";
import { endingsOf, isStuck } from "./endings.ts";
import { exploration, type Exploration } from "./explore.ts";
import { changesOf, type ExploreConfig } from "./explore-config.ts";
import { describeAction, isSystemAction, toSyncDeployment } from "./explore-layout.ts";
import { always, everyStep, type Property } from "./judge.ts";
import {
  assumptions,
  ceilingOf,
  isStatusHonest,
  stateLaws,
  syncLaws,
  type Assumption,
  type RolloutView,
  type StateLaw,
  type SyncFacts,
  type SyncLaw,
} from "./properties.ts";
import { goalOf, shortestTrace, type Goal } from "./trace.ts";

export interface WitnessStep {
  /** In words: `the user changes the template to v2`. */
  readonly action: string;
  /** The rollout after it, one line. */
  readonly state: string;
}

export interface ExploredLaw {
  /** Of the law (`P3`), or `CE0` for the folk claim that pods never exceed replicas + surge. */
  readonly id: string;
  readonly name: string;
  readonly statement: string;
  /** What it takes for granted and this configuration does not give, in words; empty: it must hold. */
  readonly missing: readonly string[];
  readonly holds: boolean;
  /** States, or for laws about syncs steps, that breach it. */
  readonly breaches: number;
  /** The folk claim that a breach shows to be false, if it is a known one. */
  readonly knownAs?: string;
  /** A shortest way to a breach, its start first. */
  readonly witness?: readonly WitnessStep[];
}

export interface Explored {
  readonly config: ExploreConfig;
  /** Distinct states. */
  readonly states: number;
  /** Whether these are all there are. */
  readonly exhausted: boolean;
  readonly laws: readonly ExploredLaw[];
}

interface Judged {
  readonly id: string;
  readonly name: string;
  readonly statement: string;
  readonly unmet: readonly Assumption[];
  /** Promised by nobody, whatever the configuration. */
  readonly isFolkClaim: boolean;
  readonly property: Property;
}

/** Looks at no more than `stateLimit` states (default 1,000,000); RangeError for what is too large. */
export function exploreRollout(
  config: ExploreConfig,
  { stateLimit = 1_000_000 }: { readonly stateLimit?: number } = {},
): Explored {
  const model = exploration(config);
  const judged = judgedLaws(model);
  const result = check(
    model,
    judged.map(({ property }) => property),
    { stateLimit },
  );
  const laws = judged.map((law, i): ExploredLaw => {
    const { holds, count } = result.verdicts[i]!;
    return found(model, law, holds, count, goalOf(law.property));
  });
  const { states, exhausted, reached } = result;
  if (!exhausted) return { config, states, exhausted, laws };
  const rules = { acts: isSystemAction, done: isDone(model) };
  const endings = endingsOf(model, reached, rules);
  const ends = found(
    model,
    liveness,
    endings.acyclic && endings.stuck === 0,
    endings.stuck,
    endings.stuck > 0 ? { kind: "state", test: isStuck(model, rules) } : undefined,
  );
  return { config, states, exhausted, laws: [...laws, ends] };
}

const liveness = {
  id: "P24",
  name: "every rollout ends",
  statement:
    "left alone, the system never goes round in a circle, and rests only when the rollout is complete or paused",
  unmet: [],
  isFolkClaim: false,
} as const;

function found(
  model: Exploration,
  law: Omit<Judged, "property">,
  holds: boolean,
  breaches: number,
  goal: Goal | undefined,
): ExploredLaw {
  const { id, name, statement, unmet, isFolkClaim } = law;
  const trace = holds || goal === undefined ? undefined : shortestTrace(model, goal);
  const known = holds ? undefined : knownAs(law, model.config);
  return {
    id,
    name,
    statement,
    missing: isFolkClaim
      ? ["nothing promises this: old pods go only after the new ones are asked for"]
      : [...unmet.map((name) => assumptions[name]), ...pauseBreaks(model.config, law)],
    holds,
    breaches,
    ...(known === undefined ? {} : { knownAs: known }),
    ...(trace === undefined
      ? {}
      : {
          witness: trace.map(({ action, state }) => ({
            action: describeAction(action),
            state: show(model.view(state, 0)),
          })),
        }),
  };
}

/**
 * Syncs of a paused rollout with two active ReplicaSets fill it up to the ceiling, old ones too; their new
 * pods, not ready yet, use up what cleanup may take, so the guard does not see a stale status (as in CE5).
 */
function pauseBreaks({ pause }: ExploreConfig, { id }: Pick<Judged, "id">): readonly string[] {
  const aboutAvailability = ["P3", "P5", "P9", "P10"].includes(id);
  return pause === "once" && aboutAvailability ? ["nobody pauses in mid-rollout"] : [];
}

function knownAs(
  { id, unmet }: Pick<Judged, "id" | "unmet">,
  { replicas, scaleTo = 0 }: ExploreConfig,
): string | undefined {
  if (id === "CE0") return "CE0";
  // CE3 is about scaling down; scaling up raises the floor at once.
  if (scaleTo > replicas) return undefined;
  return known[`${id} without ${unmet.join(", ")}`];
}

const known: Readonly<Record<string, string>> = {
  "P3 without fwd": "CE1",
  "P3 without mrs0": "CE2",
  "P3 without const": "CE3",
  "P2 without own": "CE4",
  "P9 without one": "CE5",
};

function judgedLaws(model: Exploration): Judged[] {
  const { config } = model;
  const unmetOf = (law: StateLaw | SyncLaw): Assumption[] =>
    law.assumes.filter((assumption) => !isGiven(config, assumption, law.form));
  // P8 and P15 assume what no configuration here gives: honest status at every sync, a broken image.
  const explored = stateLaws.filter(({ id }) => id !== "P8" && id !== "P15");
  const states = explored.map((law): Judged => {
    const name = `${law.id} ${law.name}`;
    const property = always(name, (words, at) => law.margin(model.view(words, at)) >= 0);
    return { ...law, unmet: unmetOf(law), isFolkClaim: false, property };
  });
  // Under a lagging cache a sync reads something else than the state before it, of which these laws speak.
  const syncs = config.cache === "lagging" ? [] : syncLaws;
  return [
    ...states,
    ...syncs.map((law): Judged => {
      return {
        ...law,
        unmet: unmetOf(law),
        isFolkClaim: false,
        property: syncProperty(model, law),
      };
    }),
    podsCeiling(model),
  ];
}

function syncProperty(model: Exploration, law: SyncLaw): Property {
  const needsHonesty = law.assumes.includes("acc");
  return everyStep(`${law.id} ${law.name}`, (before, from, after, to, action) => {
    if (action !== toSyncDeployment) return true;
    const was = model.view(before, from);
    const is = model.view(after, to);
    if (needsHonesty && !isStatusHonest(was)) return true;
    const facts: SyncFacts = {
      path: pathOf(model, before, from),
      created: was.current < 0 && is.current >= 0,
    };
    return law.holds(was, is, facts);
  });
}

function pathOf(model: Exploration, states: Int32Array, at: number): SyncFacts["path"] {
  if (model.isPaused(states, at)) return "other";
  return model.isScalingEvent(states, at) ? "scaling" : "rolling";
}

function podsCeiling(model: Exploration): Judged {
  const pods = ({ sets }: RolloutView) => sets.reduce((sum, { active }) => sum + active, 0);
  const keeps = (view: RolloutView): boolean => pods(view) <= ceilingOf(view);
  const name = "never more pods than replicas + maxSurge";
  return {
    id: "CE0",
    name,
    statement: name,
    unmet: [],
    isFolkClaim: true,
    property: always(name, (words, at) => keeps(model.view(words, at))),
  };
}

function isGiven(config: ExploreConfig, assumption: Assumption, form: "state" | "sync"): boolean {
  switch (assumption) {
    case "fwd":
      return config.direction !== "forward or back";
    case "mrs0":
      return config.minReady !== "positive";
    case "nf":
      return (config.faults ?? 0) === 0;
    case "const":
      return config.scaleTo === undefined;
    case "own":
      return config.cache !== "lagging";
    case "one":
      return changesOf(config) === 1;
    case "acc": // a law about syncs is judged only where it is true
      return form === "sync";
    case "bad":
      return false;
    case "ready":
    case "room":
    case "settled":
    case "still":
      return true;
    default:
      return unreachable(assumption);
  }
}

function isDone(model: Exploration): (states: Int32Array, at: number) => boolean {
  return (states, at) => {
    if (model.isPaused(states, at)) return true;
    const { replicas, current, sets } = model.view(states, at);
    return sets.every(({ spec, active, available, status }, i) => {
      const size = i === current ? replicas : 0;
      return [spec, active, available, status].every((count) => count === size);
    });
  };
}

function show({ current, sets }: RolloutView): string {
  return sets
    .map(({ spec, active, available, status }, i) => {
      const mark = i === current ? "*" : "";
      const size = `v${i + 1}${mark} size ${spec}`;
      return `${size}, pods ${active}, available ${available} (reported ${status})`;
    })
    .filter((_, i) => i === current || sets[i]!.spec + sets[i]!.active + sets[i]!.status > 0)
    .join("; ");
}
