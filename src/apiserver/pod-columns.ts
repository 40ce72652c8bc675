/** Codes of the `phase` column, and what the API calls them. */
export const Phase = { Pending: 0, Running: 1, Succeeded: 2, Failed: 3, Unknown: 4 } as const;

/** Bits of the `flags` column. */
/** Gated: the containers are ready, but the pod's readiness gates are not. */
export const Flag = { Present: 1, Ready: 2, Deleting: 4, Gated: 8 } as const;

/** In the `node` column: not scheduled yet. */
export const UNBOUND = -1;

/** In the `owner` column: no controller. */
export const NO_OWNER = -1;

/** The columns of a pod table. Seconds are since 1970; resourceVersions, UIDs and rows are counters. */
export interface PodColumns {
  /** Bits of `Flag`. */
  readonly flags: Uint8Array;
  /** A `Phase`. */
  readonly phase: Uint8Array;
  /** Index of a `PodReason`: why a container waits, or why the pod failed. */
  readonly reason: Uint8Array;
  /** Index of the pod's template: who made it, and its place in that one's count. */
  readonly source: Int32Array;
  readonly ordinal: Int32Array;
  /** Index of the ReplicaSet that controls it now, or NO_OWNER. */
  readonly owner: Int32Array;
  readonly uid: Int32Array;
  readonly resourceVersion: Int32Array;
  /** Index of the node, or UNBOUND. */
  readonly node: Int32Array;
  readonly createdS: Int32Array;
  /** When it came to its node, whose kubelet takes note of it at once: `status.startTime`. */
  readonly boundS: Int32Array;
  readonly startedS: Int32Array;
  /** When the Ready condition last changed. */
  readonly readyS: Int32Array;
  /** deletionTimestamp, and the grace period in seconds that it stands for. */
  readonly deletionS: Int32Array;
  readonly graceS: Int32Array;
  readonly restarts: Int32Array;
  /** controller.kubernetes.io/pod-deletion-cost */
  readonly deletionCost: Int32Array;
  /** Index of what somebody changed on this pod alone; 0: nothing. */
  readonly edits: Int32Array;
}

export function podColumns(rows: number): PodColumns {
  return {
    flags: new Uint8Array(rows),
    phase: new Uint8Array(rows),
    reason: new Uint8Array(rows),
    source: new Int32Array(rows),
    ordinal: new Int32Array(rows),
    owner: new Int32Array(rows),
    uid: new Int32Array(rows),
    resourceVersion: new Int32Array(rows),
    node: new Int32Array(rows),
    createdS: new Int32Array(rows),
    boundS: new Int32Array(rows),
    startedS: new Int32Array(rows),
    readyS: new Int32Array(rows),
    deletionS: new Int32Array(rows),
    graceS: new Int32Array(rows),
    restarts: new Int32Array(rows),
    deletionCost: new Int32Array(rows),
    edits: new Int32Array(rows),
  };
}

/** Copies as many rows as both have. Columns of zeros stay untouched: memory that nobody has written to takes no room. */
export function growColumns(from: PodColumns, to: PodColumns): void {
  for (const name of Object.keys(to) as (keyof PodColumns)[]) {
    const rows = from[name].subarray(0, to[name].length);
    if (rows.some((value) => value !== 0)) to[name].set(rows);
  }
}

/** All of one row: what a watch event carries to a cache that lags. */
export type PodRecord = { -readonly [K in keyof PodColumns]: number };

export function readRow(columns: PodColumns, row: number): PodRecord {
  const record = {} as PodRecord;
  for (const name of Object.keys(columns) as (keyof PodColumns)[])
    record[name] = columns[name][row]!;
  return record;
}
