// Slices as plain values, and where new endpoints go among them.
import { placeEndpoints, type Slice } from "../../src/controllers/endpointslice/slices.ts";

/** A slice of that many endpoints. */
export function sliceOf(name: string, count: number, key = "http"): Slice {
  return { name, key, ports: [], rows: Array.from({ length: count }, (_, row) => row) };
}

/** Where new endpoints of one port go. */
export function placed(
  all: readonly Slice[],
  rows: number[],
  touched: readonly Slice[] = [],
): ReturnType<typeof placeEndpoints> {
  return placeEndpoints({
    slices: all,
    touched: new Set(touched),
    arrivals: rows.length === 0 ? [] : [{ key: "http", ports: [], rows }],
    labels: "same",
  });
}
