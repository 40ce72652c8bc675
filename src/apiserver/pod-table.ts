/**
 * Pods in columns: one row per pod ever created, in order of creation, so that row order is also UID
 * order. Counters per owning ReplicaSet move with every change: a sync costs what changed, not what exists.
 *
 * The store has one table; a cache that lags has another with the same row numbers. Rows of pods that are
 * gone stay, marked as absent.
 */
import type { Millis } from "../api/meta.ts";
import { assert } from "../engine/assert.ts";
import { PodCohorts } from "./pod-cohorts.ts";
import {
  Flag,
  growColumns,
  NO_OWNER,
  Phase,
  podColumns,
  readRow,
  UNBOUND,
  type PodColumns,
  type PodRecord,
} from "./pod-columns.ts";
import { RowList } from "./row-list.ts";
import { MOST_PODS, TooManyPods } from "./too-many-pods.ts";

/** What is counted for one ReplicaSet. */
interface Tally {
  /** Not terminating, not Failed or Succeeded: controller.IsPodActive. */
  active: number;
  ready: number;
  /** Marked for deletion and not yet gone; Failed and Succeeded ones aside. */
  terminating: number;
  /** Pending, Running or Unknown, terminating or not: what Recreate waits for. */
  nonTerminal: number;
  /** Active ready pods by the second in which they became ready. */
  readonly readySince: Map<number, number>;
  /** Those seconds; undefined: others came or went since they were last asked for. */
  readySeconds: readonly number[] | undefined;
  /** Active pods by node number + 1; the first: those without. */
  readonly onNodes: number[];
  /** Rows that are or were this owner's, in order. */
  rows: RowList;
  cohorts: PodCohorts | undefined;
}

export interface SavedPods {
  readonly length: number;
  readonly columns: PodColumns;
  readonly exits?: readonly (readonly [number, Exit])[];
}

/** How a container ended that is to run again. */
export interface Exit {
  readonly exitCode: number;
  /** Seconds since 1970. */
  readonly startedS: number;
  readonly finishedS: number;
  /** Whether it has been started again, which counts as a restart. */
  readonly since: "waiting" | "restarted";
}

/** Who has missed more of them counts all nodes again. */
const RECOUNTS_KEPT = 1024;

export class PodTable {
  #length = 0;
  /** The last exits of pods that are there; few have one. */
  readonly #exits = new Map<number, Exit>();
  #columns = podColumns(64);
  readonly #tallies: Tally[] = [];
  #live = 0;
  /** Places of `onNodes` that were counted anew, the last ones; kept from when it is first asked for. */
  #recounted: number[] | undefined;
  #recountsForgotten = 0;

  /** Pods that exist and are not Failed or Succeeded, with an owner or without. */
  get live(): number {
    return this.#live;
  }

  /** Rows so far, absent ones too. */
  get length(): number {
    return this.#length;
  }

  /** Read these as you like; write through `put` alone. */
  get columns(): Readonly<PodColumns> {
    return this.#columns;
  }

  isPresent(row: number): boolean {
    return row < this.#length && (this.#columns.flags[row]! & Flag.Present) !== 0;
  }

  isActive(row: number): boolean {
    const flags = this.#columns.flags[row]!;
    return (flags & (Flag.Present | Flag.Deleting)) === Flag.Present && !this.isTerminal(row);
  }

  isTerminal(row: number): boolean {
    const phase = this.#columns.phase[row];
    return phase === Phase.Failed || phase === Phase.Succeeded;
  }

  isReady(row: number): boolean {
    return (this.#columns.flags[row]! & Flag.Ready) !== 0;
  }

  isDeleting(row: number): boolean {
    return (this.#columns.flags[row]! & Flag.Deleting) !== 0;
  }

  record(row: number): PodRecord {
    return readRow(this.#columns, row);
  }

  /** Sets some fields of a row; a row that did not exist begins with zeros. */
  put(row: number, change: Partial<PodRecord>): void {
    this.#reserve(row);
    const before = this.isPresent(row) ? this.#columns.owner[row]! : NO_OWNER;
    this.#count(row, -1);
    for (const name of Object.keys(change) as (keyof PodColumns)[]) {
      this.#columns[name][row] = change[name]!;
    }
    const after = this.isPresent(row) ? this.#columns.owner[row]! : NO_OWNER;
    if (after !== before && after !== NO_OWNER) this.#tally(after).rows.push(row);
    this.#count(row, 1);
  }

  // The changes that every pod goes through have a way of their own: they are most of a big run.

  setNode(row: number, node: number, boundS: number, resourceVersion: number): void {
    this.#count(row, -1);
    this.#columns.node[row] = node;
    this.#columns.boundS[row] = boundS;
    this.#columns.resourceVersion[row] = resourceVersion;
    this.#count(row, 1);
  }

  setPhase(row: number, phase: number, reason: number, resourceVersion: number): void {
    this.#count(row, -1);
    this.#columns.phase[row] = phase;
    this.#columns.reason[row] = reason;
    this.#columns.resourceVersion[row] = resourceVersion;
    this.#count(row, 1);
  }

  setReady(row: number, since: number, resourceVersion: number): void {
    this.#count(row, -1);
    this.#columns.flags[row] = (this.#columns.flags[row]! | Flag.Ready) & ~Flag.Gated;
    this.#columns.readyS[row] = since;
    this.#columns.resourceVersion[row] = resourceVersion;
    this.#count(row, 1);
  }

  setDeleting(row: number, deletionS: number, graceS: number, resourceVersion: number): void {
    this.#count(row, -1);
    this.#columns.flags[row]! |= Flag.Deleting;
    this.#columns.deletionS[row] = deletionS;
    this.#columns.graceS[row] = graceS;
    this.#columns.resourceVersion[row] = resourceVersion;
    this.#count(row, 1);
  }

  /** A new row at the end: a pod that nothing has happened to yet. */
  append(
    made: Pick<PodRecord, "source" | "ordinal" | "owner" | "uid" | "createdS" | "deletionCost">,
    resourceVersion: number,
  ): number {
    const row = this.#length;
    this.#reserve(row);
    const columns = this.#columns;
    columns.flags[row] = Flag.Present;
    columns.phase[row] = Phase.Pending;
    columns.source[row] = made.source;
    columns.ordinal[row] = made.ordinal;
    columns.owner[row] = made.owner;
    columns.uid[row] = made.uid;
    columns.resourceVersion[row] = resourceVersion;
    columns.node[row] = UNBOUND;
    columns.createdS[row] = made.createdS;
    // Pages that nobody has written to take no memory.
    if (made.deletionCost !== 0) columns.deletionCost[row] = made.deletionCost;
    if (made.owner !== NO_OWNER) this.#tally(made.owner).rows.push(row);
    this.#count(row, 1);
    return row;
  }

  remove(row: number): void {
    this.#count(row, -1);
    this.#columns.flags[row]! &= ~Flag.Present;
    if (this.#exits.size > 0) this.#exits.delete(row);
  }

  noteExit(row: number, exit: Exit): void {
    this.#exits.set(row, exit);
  }

  lastExit(row: number): Exit | undefined {
    return this.#exits.get(row);
  }

  active(owner: number): number {
    return this.#tallies[owner]?.active ?? 0;
  }

  ready(owner: number): number {
    return this.#tallies[owner]?.ready ?? 0;
  }

  terminating(owner: number): number {
    return this.#tallies[owner]?.terminating ?? 0;
  }

  nonTerminal(owner: number): number {
    return this.#tallies[owner]?.nonTerminal ?? 0;
  }

  /** Active pods of an owner by node number + 1; the first: those that have no node yet. */
  onNodes(owner: number): readonly number[] {
    return this.#tallies[owner]?.onNodes ?? [];
  }

  /** How often active pods on nodes were counted anew, since that was first asked. */
  get recounts(): number {
    this.#recounted ??= [];
    return this.#recountsForgotten + this.#recounted.length;
  }

  /** By node number + 1: where they were after so many recounts, maybe twice; undefined: too many to say. */
  recountedSince(recounts: number): readonly number[] | undefined {
    if (this.#recounted === undefined || recounts < this.#recountsForgotten) return undefined;
    return this.#recounted.slice(recounts - this.#recountsForgotten);
  }

  /** Ready for `minReadySeconds` already at `wallClockMs` (api/v1/pod IsPodAvailable). */
  available(owner: number, minReadySeconds: number, wallClockMs: Millis): number {
    const tally = this.#tallies[owner];
    if (tally === undefined) return 0;
    if (minReadySeconds === 0) return tally.ready;
    const latest = Math.floor(wallClockMs / 1000) - minReadySeconds;
    let waiting = 0;
    for (const [second, count] of tally.readySince) {
      if (second > latest) waiting += count;
    }
    return tally.ready - waiting;
  }

  /** The seconds since 1970 at which those of an owner that are ready became so, each once, in any order. */
  readySeconds(owner: number): readonly number[] {
    const tally = this.#tallies[owner];
    return tally === undefined ? [] : (tally.readySeconds ??= [...tally.readySince.keys()]);
  }

  /** Rows of the pods that an owner has now, oldest first. */
  rowsOf(owner: number): readonly number[] {
    const tally = this.#tallies[owner];
    if (tally === undefined) return [];
    const { columns } = this;
    const mine: number[] = [];
    let last = -1;
    let ascending = true;
    const { rows } = tally;
    for (let at = 0; at < rows.length; at++) {
      const row = rows.at(at)!;
      if (!this.isPresent(row) || columns.owner[row] !== owner) continue;
      if (row <= last) ascending = false;
      last = row;
      mine.push(row);
    }
    const ordered = ascending ? mine : [...new Set(mine)].toSorted((a, b) => a - b);
    if (ordered.length < rows.length) tally.rows = new RowList(ordered);
    return ordered;
  }

  /** The active pods of an owner, grouped by all that the deletion order looks at. */
  cohorts(owner: number): PodCohorts {
    const tally = this.#tally(owner);
    if (tally.cohorts === undefined) {
      tally.cohorts = new PodCohorts(this.#columns);
      for (const row of this.rowsOf(owner)) {
        if (this.isActive(row)) tally.cohorts.enter(row);
      }
    }
    return tally.cohorts;
  }

  save(): SavedPods {
    const columns = podColumns(this.#length);
    growColumns(this.#columns, columns);
    return { length: this.#length, columns, exits: [...this.#exits] };
  }

  static restore(saved: SavedPods): PodTable {
    const table = new PodTable();
    table.#columns = podColumns(Math.max(64, saved.length));
    growColumns(revived(saved), table.#columns);
    table.#length = saved.length;
    for (const [row, exit] of saved.exits ?? []) table.#exits.set(row, exit);
    for (let row = 0; row < saved.length; row++) {
      const owner = table.isPresent(row) ? table.#columns.owner[row]! : NO_OWNER;
      if (owner !== NO_OWNER) table.#tally(owner).rows.push(row);
      table.#count(row, 1);
    }
    return table;
  }

  #reserve(row: number): void {
    assert(row >= 0, `pod row ${row}`);
    if (row >= this.#columns.flags.length) {
      if (row >= MOST_PODS) throw new TooManyPods();
      const larger = podColumns(Math.max(row + 1, this.#columns.flags.length * 2));
      growColumns(this.#columns, larger);
      this.#columns = larger;
      for (const tally of this.#tallies) tally.cohorts?.moveTo(larger);
    }
    if (row >= this.#length) this.#length = row + 1;
  }

  #tally(owner: number): Tally {
    let tally = this.#tallies[owner];
    if (tally === undefined) {
      while (this.#tallies.length <= owner) this.#tallies.push(emptyTally());
      tally = this.#tallies[owner]!;
    }
    return tally;
  }

  /** Adds (1) or takes away (-1) a row as it stands from the counters of its owner. */
  #count(row: number, sign: 1 | -1): void {
    const { flags, owner, phase, readyS, node } = this.#columns;
    const bits = flags[row]!;
    const ownerOfRow = owner[row]!;
    const terminal = phase[row] === Phase.Failed || phase[row] === Phase.Succeeded;
    if ((bits & Flag.Present) === 0 || terminal) return;
    this.#live += sign;
    if (ownerOfRow === NO_OWNER) return;
    const tally = this.#tally(ownerOfRow);
    tally.nonTerminal += sign;
    if ((bits & Flag.Deleting) !== 0) {
      tally.terminating += sign;
      return;
    }
    tally.active += sign;
    const place = node[row]! + 1;
    while (tally.onNodes.length <= place) tally.onNodes.push(0);
    tally.onNodes[place]! += sign;
    if (this.#recounted !== undefined) this.#noteRecount(this.#recounted, place);
    if ((bits & Flag.Ready) !== 0) {
      tally.ready += sign;
      addSecond(tally, readyS[row]!, sign);
    }
    if (sign === 1) tally.cohorts?.enter(row);
    else tally.cohorts?.leave(row);
  }

  #noteRecount(recounted: number[], place: number): void {
    if (recounted.length === RECOUNTS_KEPT) {
      this.#recountsForgotten += RECOUNTS_KEPT;
      recounted.length = 0;
    }
    recounted.push(place);
  }
}

/** Columns that went through JSON come back as objects with the rows as keys. */
function revived({ columns, length }: SavedPods): PodColumns {
  if (ArrayBuffer.isView(columns.flags)) return columns;
  const whole = podColumns(length);
  for (const name of Object.keys(whole) as (keyof PodColumns)[]) {
    whole[name].set(Array.from({ ...columns[name], length }));
  }
  return whole;
}

function addSecond(tally: Tally, second: number, by: number): void {
  const before = tally.readySince.get(second) ?? 0;
  const count = before + by;
  if (before === 0 || count === 0) tally.readySeconds = undefined;
  if (count === 0) tally.readySince.delete(second);
  else tally.readySince.set(second, count);
}

function emptyTally(): Tally {
  return {
    active: 0,
    ready: 0,
    terminating: 0,
    nonTerminal: 0,
    readySince: new Map(),
    readySeconds: undefined,
    onNodes: [],
    rows: new RowList(),
    cohorts: undefined,
  };
}
