/**
 * All states of an exploration, too many to look at one by one. Between two syncs of the Deployment controller what
 * one ReplicaSet's controller, its pods and its news do has no part in what the others' do. So states are kept
 * together: for each two states of the first two ReplicaSets all that the third may be in, as a set that is closed
 * under the third's own steps. A step of the first or second takes the whole set along; a sync the part of it that
 * looks the same to it. Users change only what is global. No state is left out, and none is added.
 */
import { DeploymentSyncs, type AlikeSyncs } from "./deployment-syncs.ts";
import type { Exploration } from "./explore.ts";
import { LocalStates } from "./local-states.ts";
import { OwnSteps } from "./own-steps.ts";
import { stepsFor, type Steps } from "./packed.ts";
import { ReachedStates } from "./reached-states.ts";
import { EMPTY } from "./state-sets.ts";

export interface ExploredTogether {
  /** How many. */
  readonly states: number;
  readonly local: LocalStates;
  readonly deployment: DeploymentSyncs;
  /** By what is global. */
  readonly reached: ReadonlyMap<number, ReachedStates>;
  /** By what is global: the syncs of the Deployment that write something. */
  readonly syncs: ReadonlyMap<number, readonly AlikeSyncs[]>;
}

/**
 * `limit`: how much work at most: 64 for each set of states that is followed, and 1 for each 32 states that it has room
 * for; undefined: that is not enough. `onStates` hears now and then
 * how many states are found.
 */
export function exploreTogether(
  model: Exploration,
  limit: number,
  onStates?: (states: number) => void,
): ExploredTogether | undefined {
  return new TogetherSearch(model, limit).run(onStates);
}

class TogetherSearch {
  readonly #model: Exploration;
  readonly #local: LocalStates;
  readonly #deployment: DeploymentSyncs;
  readonly #reached = new Map<number, ReachedStates>();
  #left: number;

  constructor(model: Exploration, limit: number) {
    this.#model = model;
    this.#local = new LocalStates(model);
    this.#deployment = new DeploymentSyncs(this.#local);
    this.#left = limit;
  }

  run(onStates?: (states: number) => void): ExploredTogether | undefined {
    const [local, deployment] = [this.#local, this.#deployment];
    const syncs = new Map<number, readonly AlikeSyncs[]>();
    let states = 0;
    const { words } = firstOf(this.#model);
    const order = globalsFrom(local.globalOf(words, 0), local);
    for (const global of order) {
      const found = new ReachedStates();
      if (global === order[0]) this.#begin(found, words);
      for (const [before, reached] of this.#reached) this.#lead(before, reached, global, found);
      const ownSteps = new OwnSteps(local, deployment, global, found);
      this.#left -= ownSteps.followed(this.#left);
      if (this.#left < 0) return undefined;
      const reached = found.compacted();
      this.#reached.set(global, reached);
      states += reached.size();
      onStates?.(states);
      syncs.set(global, deployment.in(global, reached));
    }
    return { states, local, deployment, reached: this.#reached, syncs };
  }

  #begin(found: ReachedStates, words: Int32Array): void {
    const [first, second, third] = [0, 1, 2].map((rank) => this.#local.numberOf(words, 0, rank));
    found.add(first!, second!, found.sets.ofBits(this.#local.closed(2, [third!])));
  }

  /** What users and faults make of the states where something else is global. */
  #lead(before: number, reached: ReachedStates, global: number, found: ReachedStates): void {
    const { users, fault } = this.#local.globalSteps(before);
    const translate = found.translation(reached.sets);
    if (users.includes(global)) {
      reached.each((first, second, set) => found.add(first, second, translate(set)));
    }
    if (fault === global) this.#fail(before, reached, found);
  }

  /** One of the available pods of one ReplicaSet has failed. */
  #fail(before: number, reached: ReachedStates, found: ReachedStates): void {
    const local = this.#local;
    const translate = found.translation(reached.sets);
    const failed: number[] = [];
    reached.each((first, second, set) => {
      for (const next of local.failures(0, before, first)) found.add(next, second, translate(set));
      for (const next of local.failures(1, before, second)) found.add(first, next, translate(set));
      const thirds = (failed[set] ??= this.#failedThirds(before, reached.sets.members(set), found));
      if (thirds !== EMPTY) found.add(first, second, thirds);
    });
  }

  #failedThirds(before: number, thirds: readonly number[], { sets }: ReachedStates): number {
    const failed = thirds.flatMap((id) => this.#local.failures(2, before, id));
    return sets.ofBits(this.#local.closed(2, failed));
  }
}

function firstOf(model: Exploration): Steps {
  const into = stepsFor(model);
  model.initial(into);
  return into;
}

/** Everything global that users and faults can bring about, each before what it leads to. */
function globalsFrom(start: number, local: LocalStates): number[] {
  const found = new Set<number>();
  const order: number[] = [];
  const visit = (global: number): void => {
    if (found.has(global)) return;
    found.add(global);
    const { users, fault } = local.globalSteps(global);
    for (const next of users) visit(next);
    if (fault >= 0) visit(fault);
    order.push(global);
  };
  visit(start);
  return order.toReversed();
}
