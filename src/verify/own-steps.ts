/** What the system does by itself, of states that are kept together: the Deployment's controller and each ReplicaSet. */
import type { DeploymentSyncs, TwoSights } from "./deployment-syncs.ts";
import { KeyIndex } from "./key-index.ts";
import type { LocalStates } from "./local-states.ts";
import { PairTable } from "./pair-table.ts";
import type { ReachedStates } from "./reached-states.ts";
import { EMPTY, hasBit, membersOf } from "./state-sets.ts";

/** After the last pair. */
const END = -1;
/** What it takes to follow a set besides going through its words, as so many words. */
const EACH = 64;

export class OwnSteps {
  readonly #local: LocalStates;
  readonly #deployment: DeploymentSyncs;
  readonly #global: number;
  readonly #reached: ReachedStates;
  /** The sets whose steps are taken. */
  readonly #followed = new PairTable();
  /** By two sights and set: where in `written` it is told what a sync writes, and to which thirds that leads, in turn. */
  readonly #writtenKeys = new KeyIndex();
  readonly #places: number[] = [];
  readonly #written: number[] = [];

  constructor(
    local: LocalStates,
    deployment: DeploymentSyncs,
    global: number,
    reached: ReachedStates,
  ) {
    this.#local = local;
    this.#deployment = deployment;
    this.#global = global;
    this.#reached = reached;
  }

  /** Adds all to which they lead; gives how much work that was (exploreTogether), and stops when it is more than `limit`. */
  followed(limit: number): number {
    let work = 0;
    for (let before = -1; before < work && work <= limit;) {
      before = work;
      const [firsts, seconds] = [0, 1].map((rank) => this.#local.order(rank));
      for (const first of firsts!) {
        if (!this.#reached.changed.delete(first)) continue;
        work += this.#followRow(first, seconds!);
        // States that were not known before are looked at the next time.
        if (this.#local.count(1) > seconds!.length) this.#reached.changed.add(first);
        if (work > limit) break;
      }
    }
    return work;
  }

  #followRow(first: number, seconds: readonly number[]): number {
    let work = 0;
    for (const second of seconds) {
      const set = this.#reached.thirds(first, second);
      if (set === EMPTY) continue;
      const before = this.#followed.get(first, second);
      if (set === before) continue;
      work += EACH + this.#reached.sets.wordsIn(set);
      this.#followed.set(first, second, set);
      this.#replicaSets(first, second, set);
      this.#sync(first, second, this.#newToSyncs(first, second, set, before));
    }
    return work;
  }

  /** Steps of the first two; a set of the third has all its own. */
  #replicaSets(first: number, second: number, set: number): void {
    for (const next of this.#local.steps(0, first)) this.#reached.add(next, second, set);
    for (const next of this.#local.steps(1, second)) this.#reached.add(first, next, set);
  }

  /**
   * Syncs do not see that pods turn ready, nor pods that a sync writes: one that comes after leads to nothing else
   * than one that comes before.
   */
  #newToSyncs(first: number, second: number, set: number, followed: number): number {
    const known = followed === EMPTY ? [] : [followed];
    for (const before of this.#local.untilPods(0, first)) {
      known.push(this.#reached.thirds(before, second));
    }
    for (const before of this.#local.untilPods(1, second)) {
      known.push(this.#reached.thirds(first, before));
    }
    return known.length === 0 ? set : this.#reached.sets.without(set, known);
  }

  #sync(first: number, second: number, set: number): void {
    if (set === EMPTY) return;
    const two = this.#deployment.twoSights(this.#global, first, second);
    const key = two.number * 2 ** 26 + set;
    let known = this.#writtenKeys.find(key);
    if (known < 0) {
      this.#writtenKeys.add(key);
      known = this.#places.push(this.#written.length) - 1;
      this.#write(two, first, second, set);
      this.#written.push(END);
    }
    for (let k = this.#places[known]!; this.#written[k] !== END; k += 2) {
      const fields = this.#deployment.fields(this.#written[k]!);
      const next = this.#local.written(0, first, fields[0]!);
      this.#reached.add(next, this.#local.written(1, second, fields[1]!), this.#written[k + 1]!);
    }
  }

  #write(two: TwoSights, first: number, second: number, set: number): void {
    const { sets } = this.#reached;
    const afters = new Map<number, number[]>();
    const bits = sets.bitsOf(set);
    for (const third of membersOf(bits)) {
      if (this.#local.untilPods(2, third).some((before) => hasBit(bits, before))) continue;
      const write = this.#deployment.writeOf(this.#global, two, third, first, second);
      if (write < 0) continue;
      const after = this.#local.written(2, third, this.#deployment.fields(write)[2]!);
      const alike = afters.get(write);
      if (alike === undefined) afters.set(write, [after]);
      else alike.push(after);
    }
    for (const [write, states] of afters) {
      this.#written.push(write, sets.ofBits(this.#local.closed(2, states)));
    }
  }
}
