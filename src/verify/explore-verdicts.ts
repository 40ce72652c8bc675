/**
 * What holds of a small Deployment in every interleaving: each law of properties.ts judged on an exploration,
 * with what the configuration does not promise, and a shortest way to a breach.
 */
import { check } from "./check.ts";
import { endingsOf } from "./endings.ts";
import { exploration, type Exploration } from "./explore.ts";
import { exploreTogether } from "./explore-together.ts";
import { actionsOf, type ExploreConfig } from "./explore-config.ts";
import { endingLaw, endingRules } from "./explore-endings.ts";
import { lawsOn, type JudgedLaw } from "./explore-laws.ts";
import { describeAction } from "./explore-layout.ts";
import type { RolloutView } from "./properties.ts";
import type { StateSet } from "./state-set.ts";
import { endingsTogether } from "./together-endings.ts";
import { judgeTogether } from "./together-verdicts.ts";
import { goalOf, shortestTrace, type Goal, type TraceStep } from "./trace.ts";

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
  /** States, or for laws about syncs steps, of which it has something to say; 0: it was not put to the test. */
  readonly occasions: number;
  /** How many of these breach it. */
  readonly breaches: number;
  /** Whether occasions and breaches are as many at least: not all states were looked at one by one. */
  readonly counted?: "at least";
  /** The folk claim that a breach shows to be false, if it is a known one. */
  readonly knownAs?: string;
  /** A shortest way to a breach, its start first; with `counted`, none where it is a long one. */
  readonly witness?: readonly WitnessStep[];
}

export interface Explored {
  readonly config: ExploreConfig;
  /** Distinct states. */
  readonly states: number;
  /** Whether these are all there are. */
  readonly exhausted: boolean;
  /** Every way of up to so many steps was followed. */
  readonly steps: number;
  /**
   * Where all states were judged together (explore-together.ts): those that were looked at one by one, with `steps` as
   * above.
   */
  readonly oneByOne?: Pick<Explored, "states" | "steps">;
  /** What was looked at beyond `config.actions`, where `exploreWhatFits` chose these: states, and steps as above. */
  readonly beyond?: Pick<Explored, "states" | "steps">;
  readonly laws: readonly ExploredLaw[];
}

export interface ExploreOptions {
  /** Looks at no more than so many states; default 10,000,000. */
  readonly stateLimit?: number;
  /** Where states are taken together, does no more work (`exploreTogether`); default: 750 times `stateLimit`. */
  readonly workLimit?: number;
  /** Hears now and then how many states are found; begins anew where these are too many for one by one. */
  readonly onStates?: (states: number) => void;
}

export const STATE_LIMIT = 10_000_000;

/** RangeError for what is too large. */
export function exploreRollout(config: ExploreConfig, options: ExploreOptions = {}): Explored {
  const { stateLimit = STATE_LIMIT } = options;
  const model = exploration(config);
  const judged = lawsOn(model);
  const properties = judged.flatMap(({ property, occasion }) => [property, occasion]);
  const { verdicts, states, exhausted, depth, reached } = check(model, properties, {
    ...options,
    stateLimit,
  });
  const laws = judged.map((law, i): ExploredLaw => {
    const { holds, count: breaches } = verdicts[2 * i]!;
    const occasions = verdicts[2 * i + 1]!.count;
    return described(model, law, { holds, occasions, breaches });
  });
  if (!exhausted) return { config, states, exhausted, steps: Math.max(0, depth - 1), laws };
  const all = [...laws, endingVerdict(model, reached)];
  return { config, states, exhausted, steps: depth, laws: all };
}

/**
 * As `exploreRollout`; where not all can be explored, all in which users and faults act less often: as often as fits.
 * What the first states of the whole breach beyond these is told, too.
 */
export function exploreWhatFits(config: ExploreConfig, options: ExploreOptions = {}): Explored {
  const whole = exploreRollout(config, options);
  if (whole.exhausted) return whole;
  const together = isOutOfReach(config, options)
    ? undefined
    : takenTogether(config, whole, options);
  if (together !== undefined) return together;
  const fitting = config.actions === undefined ? mostActions(config, options) : undefined;
  if (fitting === undefined) return whole;
  const laws = fitting.laws.map((law) => {
    const further = whole.laws.find(({ name }) => name === law.name);
    return law.holds && further?.holds === false ? further : law;
  });
  return { ...fitting, laws, beyond: { states: whole.states, steps: whole.steps } };
}

/** Where half of the actions take a sixteenth of the work, all take far more than the whole: minutes are saved. */
function isOutOfReach(config: ExploreConfig, options: ExploreOptions): boolean {
  const actions = Math.floor(actionsOf(config) / 2);
  const half = exploration({ ...config, actions });
  return exploreTogether(half, workLimitOf(options) / 16, options.onStates) === undefined;
}

/** All in which users and faults act as often as fits; undefined: not even once. */
function mostActions(config: ExploreConfig, options: ExploreOptions): Explored | undefined {
  // Less often is worth a part of what is worth the whole.
  const workLimit = workLimitOf(options) / 4;
  let fitting: Explored | undefined;
  for (let actions = 1; ; actions++) {
    const fewer = { ...config, actions };
    const begun = exploreRollout(fewer, options);
    const next = begun.exhausted ? begun : takenTogether(fewer, begun, { ...options, workLimit });
    if (next === undefined) return fitting;
    fitting = next;
  }
}

/** For each state that may be looked at: some minutes where the limit is the default. */
const WORK_PER_STATE = 750;

function workLimitOf({ stateLimit = STATE_LIMIT, workLimit }: ExploreOptions): number {
  return workLimit ?? WORK_PER_STATE * stateLimit;
}

/** All states together; undefined if that is too much work, too. */
function takenTogether(
  config: ExploreConfig,
  begun: Explored,
  options: ExploreOptions,
): Explored | undefined {
  const { stateLimit = STATE_LIMIT, onStates } = options;
  const model = exploration(config);
  const explored = exploreTogether(model, workLimitOf(options), onStates);
  if (explored === undefined) return undefined;
  const judged = lawsOn(model);
  const open = judged.filter((_, i) => begun.laws[i]!.holds);
  const holds = judgeTogether(model, explored, open);
  const broken = new Set(open.filter((_, i) => !holds[i]!));
  const laws = begun.laws.map((known, i): ExploredLaw => {
    const counted = { ...known, counted: "at least" } as const;
    if (!broken.has(judged[i]!)) return counted;
    const { knownAs } = judged[i]!;
    return { ...counted, holds: false, breaches: 1, ...(knownAs === undefined ? {} : { knownAs }) };
  });
  const { states } = explored;
  const { acyclic, resting, stuck } = endingsTogether(model, explored);
  const law = endingLaw(model, acyclic ? "rests and circles" : "rests");
  const verdict = { holds: stuck === 0, occasions: resting, breaches: stuck };
  const ending = described(model, law, verdict, stateLimit);
  const oneByOne = { states: begun.states, steps: begun.steps };
  return { config, states, exhausted: true, steps: begun.steps, laws: [...laws, ending], oneByOne };
}

function endingVerdict(model: Exploration, reached: StateSet): ExploredLaw {
  const { acyclic, resting, stuck } = endingsOf(model, reached, endingRules(model));
  const holds = acyclic && stuck === 0;
  return described(model, endingLaw(model), { holds, occasions: resting, breaches: stuck });
}

/** A claim is shown to be false only by a breach. */
function described(
  model: Exploration,
  { property, occasion: _, visible: __, law: ___, knownAs, ...words }: JudgedLaw,
  verdict: Pick<ExploredLaw, "holds" | "occasions" | "breaches">,
  stateLimit = Infinity,
): ExploredLaw {
  if (verdict.holds) return { ...words, ...verdict };
  const known = knownAs === undefined ? {} : { knownAs };
  return { ...words, ...verdict, ...known, ...shown(model, goalOf(property), stateLimit) };
}

function shown(model: Exploration, goal: Goal, stateLimit: number): Pick<ExploredLaw, "witness"> {
  const way = shortestTrace(model, goal, stateLimit);
  return way === undefined ? {} : { witness: inWords(model, way) };
}

/** A way through an exploration as people read it. */
export function inWords(model: Exploration, way: readonly TraceStep[]): readonly WitnessStep[] {
  return way.map(({ action, state }) => ({
    action: describeAction(action),
    state: show(model.view(state, 0)),
  }));
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
