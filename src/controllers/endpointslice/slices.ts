/**
 * Which endpoint is in which slice. Mirrors k8s.io/endpointslice reconciler.go reconcileByPortMapping
 * and finalize (v0.37.2): endpoints stay where they are; new ones fill slices that change anyway, fullest
 * first, then the one slice that they fit best, then new slices; a slice that would be deleted while another
 * is created is written over instead, and keeps its name.
 *
 * Where Go takes endpoints from a map in no order, they are taken in order of the pods' creation.
 */
import type { EndpointPort } from "./ports.ts";

const MAX_ENDPOINTS_PER_SLICE = 100;

/** A slice as it stands, or as it is to be. Pods are rows of the pod table. */
export interface Slice {
  /** Undefined: not created yet. */
  name: string | undefined;
  readonly key: string;
  readonly ports: readonly EndpointPort[];
  rows: number[];
}

/** Pods that offer the same ports and have no slice yet, in the order in which they are to be placed. */
export interface Arrivals {
  readonly key: string;
  readonly ports: readonly EndpointPort[];
  readonly rows: number[];
}

export interface SliceChanges {
  readonly create: Slice[];
  readonly update: Slice[];
  readonly delete: Slice[];
}

export interface SliceInput {
  /** All slices of the Service, pods that left taken out already. */
  readonly slices: readonly Slice[];
  /** Those of them in which an endpoint changed or left. */
  readonly touched: ReadonlySet<Slice>;
  readonly arrivals: readonly Arrivals[];
  /** The Service's labels changed, so every slice is written. */
  readonly labels: "changed" | "same";
}

export function placeEndpoints(input: SliceInput): SliceChanges {
  const { slices, touched, arrivals } = input;
  const changes: SliceChanges = { create: [], update: [], delete: [] };
  const unchanged: Slice[] = [];
  const offered = new Set(arrivals.map(({ key }) => key));
  for (const { key, rows } of slices) if (rows.length > 0) offered.add(key);
  for (const slice of slices) {
    const empty = slice.rows.length === 0;
    if (empty && (touched.has(slice) || !offered.has(slice.key))) changes.delete.push(slice);
    else if (touched.has(slice) || input.labels === "changed") changes.update.push(slice);
    else unchanged.push(slice);
  }
  for (const { key, ports, rows } of arrivals) fill(key, ports, rows, changes, unchanged);
  keepPlaceholder(input, changes);
  reuseDeleted(changes);
  return changes;
}

function fill(
  key: string,
  ports: readonly EndpointPort[],
  rows: readonly number[],
  changes: SliceChanges,
  unchanged: Slice[],
): void {
  const fullestFirst = changes.update
    .filter((slice) => slice.key === key)
    .toSorted((a, b) => b.rows.length - a.rows.length);
  let next = 0;
  const pour = (slice: Slice): void => {
    const room = MAX_ENDPOINTS_PER_SLICE - slice.rows.length;
    slice.rows.push(...rows.slice(next, next + room));
    next = Math.min(rows.length, next + room);
  };
  for (const slice of fullestFirst) if (next < rows.length) pour(slice);
  while (next < rows.length) {
    const best = bestFit(unchanged, key, rows.length - next);
    const slice: Slice = best ?? { name: undefined, key, ports, rows: [] };
    (best === undefined ? changes.create : changes.update).push(slice);
    pour(slice);
  }
}

/** The slice that so many more endpoints fill best, if any has room for them. */
function bestFit(slices: readonly Slice[], key: string, count: number): Slice | undefined {
  if (count >= MAX_ENDPOINTS_PER_SLICE) return undefined;
  let best: Slice | undefined;
  let least = MAX_ENDPOINTS_PER_SLICE;
  for (const slice of slices) {
    if (slice.key !== key) continue;
    const left = MAX_ENDPOINTS_PER_SLICE - slice.rows.length - count;
    if (left >= 0 && left < least) [best, least] = [slice, left];
  }
  return best;
}

/** A Service without endpoints has one slice without ports or endpoints. */
function keepPlaceholder({ slices, touched, labels }: SliceInput, changes: SliceChanges): void {
  if (changes.delete.length !== slices.length || changes.create.length > 0) return;
  const [only] = changes.delete;
  if (
    changes.delete.length === 1 &&
    only!.ports.length === 0 &&
    !touched.has(only!) &&
    labels === "same"
  ) {
    changes.delete.pop();
    return;
  }
  changes.create.push({ name: undefined, key: "[]", ports: [], rows: [] });
}

function reuseDeleted(changes: SliceChanges): void {
  while (changes.delete.length > 0 && changes.create.length > 0) {
    const slice = changes.create.pop()!;
    slice.name = changes.delete.shift()!.name;
    changes.update.push(slice);
  }
}
