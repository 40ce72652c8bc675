/**
 * All states of an exploration, too many to look at one by one. Between two syncs of the Deployment controller what
 * one ReplicaSet's controller, its pods and its news do has no part in what the others' do. So if a state is reached,
 * then all are in which each ReplicaSet has gone on by itself as far as it can, in every combination: a box, closed
 * under these steps. Users change only what is global, a fault one side; a sync turns the part of a box whose
 * ReplicaSets look the same to it into a part of another. No state is left out, and none is added.
 */
import { Boxes, type Box } from "./boxes.ts";
import { DeploymentSteps, type AlikeSyncs } from "./deployment-steps.ts";
import type { Exploration } from "./explore.ts";
import { LocalStates } from "./local-states.ts";
import { stepsFor, type Steps } from "./packed.ts";
import { StateSets } from "./state-sets.ts";

export interface ExploredBoxes {
  readonly local: LocalStates;
  readonly sets: StateSets;
  readonly steps: DeploymentSteps;
  /** By what is global: boxes that have all reachable states; some are in several. */
  readonly boxes: ReadonlyMap<number, readonly Box[]>;
  /** By what is global: the syncs of the Deployment that write something. */
  readonly syncs: ReadonlyMap<number, readonly AlikeSyncs[]>;
}

/** `limit`: combinations of what a sync can see of the ReplicaSets to look at; undefined: there are more. */
export function exploreBoxes(model: Exploration, limit: number): ExploredBoxes | undefined {
  return new BoxSearch(model, limit).run();
}

class BoxSearch {
  readonly #local: LocalStates;
  readonly #sets = new StateSets();
  readonly #steps: DeploymentSteps;
  readonly #limit: number;
  readonly #begun: Box;
  readonly #order: readonly number[];
  readonly #found = new Map<number, readonly Box[]>();
  /** What users and faults lead to, until its turn comes. */
  readonly #later = new Map<number, Box[]>();
  /** Of what is global and being settled: boxes whose syncs are followed, and those whose syncs are to be. */
  #done: Boxes;
  #todo: Boxes;
  readonly #syncs = new Map<number, Map<string, AlikeSyncs>>();
  readonly #closures = new Map<string, number>();
  #combinations = 0;

  constructor(model: Exploration, limit: number) {
    this.#local = new LocalStates(model);
    this.#steps = new DeploymentSteps(this.#local, this.#sets);
    this.#limit = limit;
    this.#done = this.#todo = new Boxes(this.#sets);
    const { words } = firstOf(model);
    const start = this.#local.globalOf(words, 0);
    this.#begun = box((rank) => this.#closed(rank, [this.#local.numberOf(words, 0, rank)]));
    this.#order = globalsFrom(start, this.#local);
  }

  run(): ExploredBoxes | undefined {
    this.#later.set(this.#order[0]!, [this.#begun]);
    for (const global of this.#order) {
      if (!this.#settle(global)) return undefined;
      this.#found.set(global, this.#done.all());
      this.#sets.forgetComparisons();
      this.#usersAndFaults(global);
    }
    const boxes = this.#found;
    const syncs = new Map([...this.#syncs].map(([global, of]) => [global, [...of.values()]]));
    return { local: this.#local, sets: this.#sets, steps: this.#steps, boxes, syncs };
  }

  /** Follows syncs of the Deployment until nothing new comes; the largest boxes first, as they hold others. */
  #settle(global: number): boolean {
    this.#done = new Boxes(this.#sets);
    this.#todo = new Boxes(this.#sets);
    for (const begun of this.#later.get(global) ?? []) this.#reach(begun);
    this.#later.delete(global);
    while (this.#todo.size > 0) {
      for (const found of this.#todo.takeLargest()) {
        if (this.#done.holds(found)) continue;
        this.#combinations += this.#steps.combinations(found);
        if (this.#combinations > this.#limit) return false;
        this.#done.add(found);
        this.#sync(global, found);
      }
    }
    return true;
  }

  #sync(global: number, from: Box): void {
    for (const alike of this.#steps.of(global, from)) {
      const { sights, written } = alike;
      const to = box((rank) => this.#written(rank, from[rank]!, sights[rank]!, written[rank]!));
      this.#note(global, alike);
      if (!this.#done.holds(to)) this.#reach(to);
    }
  }

  #usersAndFaults(global: number): void {
    const { users, fault } = this.#local.globalSteps(global);
    const found = this.#found.get(global)!;
    for (const next of users) this.#lead(next, found);
    if (fault >= 0)
      this.#lead(
        fault,
        found.flatMap((each) => this.#afterFault(global, each)),
      );
  }

  #lead(global: number, boxes: readonly Box[]): void {
    const known = this.#later.get(global);
    if (known === undefined) this.#later.set(global, [...boxes]);
    else for (const each of boxes) known.push(each);
  }

  /** One of the available pods of one side has failed. */
  #afterFault(global: number, found: Box): Box[] {
    return [0, 1, 2].flatMap((rank) => {
      const failed = this.#failed(rank, global, found[rank]!);
      return failed === undefined ? [] : [box((k) => (k === rank ? failed : found[k]!))];
    });
  }

  #reach(found: Box): void {
    if (!this.#todo.holds(found)) this.#todo.add(found);
  }

  #note(global: number, alike: AlikeSyncs): void {
    let known = this.#syncs.get(global);
    if (known === undefined) this.#syncs.set(global, (known = new Map<string, AlikeSyncs>()));
    const sights = alike.sights.map((of) => this.#sets.of(of));
    known.set(`${sights.join()} ${alike.written.join()}`, alike);
  }

  /** A side after a sync that saw it so, and wrote these fields of it. */
  #written(rank: number, set: number, sights: readonly number[], fields: number): number {
    const key = `${rank} ${set} ${fields} ${sights.join()}`;
    const known = this.#closures.get(key);
    if (known !== undefined) return known;
    const bySight = this.#steps.statesBySight(set);
    const states = sights.flatMap((sight) => bySight.get(sight) ?? []);
    const after = this.#closed(
      rank,
      states.map((id) => this.#local.written(id, fields)),
    );
    this.#closures.set(key, after);
    return after;
  }

  /** A side after one of its available pods failed; undefined if it has none. */
  #failed(rank: number, global: number, set: number): number | undefined {
    const failed = this.#sets.members(set).flatMap((id) => this.#local.failures(rank, global, id));
    return failed.length === 0 ? undefined : this.#closed(rank, failed);
  }

  /** With all to which each leads by itself. */
  #closed(rank: number, states: readonly number[]): number {
    const seen = new Set(states);
    for (const id of seen) for (const next of this.#local.steps(rank, id)) seen.add(next);
    return this.#sets.of(seen);
  }
}

function box(side: (rank: number) => number): Box {
  return [side(0), side(1), side(2)];
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
