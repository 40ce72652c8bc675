/** Pods as a list of records, and random changes of them: what the table of columns is compared with. */
import fc from "fast-check";
import { Flag, NO_OWNER, Phase, UNBOUND, type PodRecord } from "../../src/apiserver/pod-columns.ts";
import { PodTable } from "../../src/apiserver/pod-table.ts";

export const OWNERS = 3;

/** One change of the table; `row` picks among the rows that there are. */
export type PodChange =
  | { readonly do: "append"; readonly owner: number; readonly createdS: number }
  | { readonly do: "bind"; readonly row: number; readonly node: number }
  | { readonly do: "phase"; readonly row: number; readonly phase: number }
  | { readonly do: "ready"; readonly row: number; readonly since: number }
  | { readonly do: "unready" | "delete" | "remove" | "restart"; readonly row: number }
  | { readonly do: "own"; readonly row: number; readonly owner: number }
  | { readonly do: "cost"; readonly row: number; readonly cost: number };

const row = fc.nat(40);
const owner = fc.integer({ min: NO_OWNER, max: OWNERS - 1 });
const second = fc.integer({ min: 1000, max: 1004 });

export const podChange: fc.Arbitrary<PodChange> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ do: fc.constant("append"), owner, createdS: second }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant("bind"), row, node: fc.nat(4) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("phase"), row, phase: fc.nat(4) }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant("ready"), row, since: second }) },
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constantFrom("unready", "delete", "remove", "restart"), row }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("own"), row, owner }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("cost"), row, cost: fc.nat(1) }) },
);

const BOUND_S = 1500;

export class PodModel {
  readonly table: PodTable;
  readonly records: (PodRecord | undefined)[];
  #version = 0;

  constructor(table = new PodTable(), records: readonly (PodRecord | undefined)[] = []) {
    this.table = table;
    this.records = records.map((record) => record && { ...record });
  }

  apply(change: PodChange): void {
    const version = ++this.#version;
    if (change.do === "append") return this.#append(change, version);
    const at = this.records.length === 0 ? 0 : change.row % this.records.length;
    const record = this.records[at];
    if (record === undefined) return;
    record.resourceVersion = version;
    this.#change(change, at, record, version);
  }

  /** Rows of pods that exist, by owner. */
  owned(by: number): number[] {
    return [...this.records.keys()].filter((at) => this.records[at]?.owner === by);
  }

  #append(
    { owner, createdS }: Extract<PodChange, { do: "append" }>,
    resourceVersion: number,
  ): void {
    const at = this.records.length;
    const made = { source: 0, ordinal: at + 1, owner, uid: at + 1, createdS, deletionCost: 0 };
    this.table.append(made, resourceVersion);
    const empty = { phase: Phase.Pending, reason: 0, edits: 0, boundS: 0, startedS: 0, readyS: 0 };
    const none = { deletionS: 0, graceS: 0, restarts: 0 };
    const node = UNBOUND;
    this.records.push({ ...empty, ...none, ...made, node, flags: Flag.Present, resourceVersion });
  }

  #change(
    change: Exclude<PodChange, { do: "append" }>,
    at: number,
    record: PodRecord,
    version: number,
  ): void {
    const { table } = this;
    switch (change.do) {
      case "bind":
        record.node = change.node;
        record.boundS = BOUND_S;
        return table.setNode(at, change.node, BOUND_S, version);
      case "phase":
        record.phase = change.phase;
        return table.setPhase(at, change.phase, 0, version);
      case "ready":
        record.flags |= Flag.Ready;
        record.readyS = change.since;
        return table.setReady(at, change.since, version);
      case "delete":
        record.flags |= Flag.Deleting;
        Object.assign(record, { deletionS: 2000, graceS: 30 });
        return table.setDeleting(at, 2000, 30, version);
      case "remove":
        this.records[at] = undefined;
        return table.remove(at);
      case "unready":
        record.flags &= ~Flag.Ready;
        return table.put(at, { flags: record.flags, resourceVersion: version });
      case "restart":
        record.restarts++;
        return table.put(at, { restarts: record.restarts, resourceVersion: version });
      case "own":
        record.owner = change.owner;
        return table.put(at, { owner: change.owner, resourceVersion: version });
      case "cost":
        record.deletionCost = change.cost;
        return table.put(at, { deletionCost: change.cost, resourceVersion: version });
    }
  }
}

export function isActive({ flags, phase }: PodRecord): boolean {
  return (flags & Flag.Deleting) === 0 && phase !== Phase.Failed && phase !== Phase.Succeeded;
}

export function isReady({ flags }: PodRecord): boolean {
  return (flags & Flag.Ready) !== 0;
}
