/** --sort-by. Mirrors kubectl/pkg/cmd/get/sorter.go (v0.37.2). */
import type { KubeObject } from "../../api/meta.ts";
import { compareText } from "../../api/order.ts";
import { compareQuantities, parseQuantity } from "../../apiserver/quantity.ts";
import { goSort } from "../../controllers/go-sort.ts";
import { logLine, type Call } from "../call.ts";
import { exitWith, fail, goQuote } from "../errors.ts";
import { isMap, plainText } from "../fields.ts";
import { findResults, isPathError, relaxedPath } from "./jsonpath.ts";

/**
 * Sorts by one field; objects without it come first. Where none has it, the command fails, but for tables: of
 * those nothing is printed.
 */
export function sortObjects(
  call: Call,
  objects: readonly KubeObject[],
  by: string,
  rows: "of a table" | "of a list",
): readonly KubeObject[] {
  const path = relaxedPath(by);
  // A single row is never compared.
  if (rows === "of a table" && objects.length < 2) return objects;
  if (isPathError(path)) return rows === "of a table" ? [] : fail(path.error);
  const keyed = objects.map((object) => {
    const found = findResults(path, object, "allow missing");
    if (isPathError(found)) return fail(found.error);
    return { object, key: found.flat()[0] };
  });
  if (objects.length > 0 && keyed.every(({ key }) => key === undefined)) {
    if (rows === "of a table") return [];
    return fail(`couldn't find any field with path ${goQuote(path)} in the list of objects`);
  }
  const present = keyed.filter(({ key }) => key !== undefined);
  const unsortable = present.find(
    ({ key }) => typeof key === "boolean" || (typeof key === "object" && key !== null),
  );
  if (present.length > 1 && unsortable !== undefined) {
    refuseUnsortable(call, path, unsortable.key, rows);
  }
  // As sort.Sort leaves them: more than twelve that are alike change places.
  const order = keyed.map((_, index) => index);
  goSort(order, (a, b) => isLess(keyed[a]!.key, keyed[b]!.key));
  return order.map((index) => keyed[index]!.object);
}

/** klog.Exitf in the real one. */
function refuseUnsortable(
  call: Call,
  path: string,
  key: unknown,
  rows: "of a table" | "of a list",
): never {
  const where =
    rows === "of a table" ? ["375", "[][][]reflect.Value"] : ["329", "*unstructured.Unstructured"];
  const lists = isMap(key) ? "map[string]interface {}" : "[]interface {}";
  const type = typeof key === "boolean" ? "bool" : lists;
  const why = `is an unsortable type: interface, err: unsortable type: ${type}`;
  logLine(call, "F", `sorter.go:${where[0]}`, `Field ${path} in ${where[1]} ${why}`);
  exitWith("");
}

/** What lacks the field is less than anything, even than what lacks it, too; texts that are quantities go by value. */
function isLess(a: unknown, b: unknown): boolean {
  if (a === undefined || b === undefined) return a === undefined;
  if (typeof a === "number" && typeof b === "number") return a < b;
  const [x, y] = [plainText(a), plainText(b)];
  const [p, q] = [parseQuantity(x), parseQuantity(y)];
  return p.ok && q.ok ? compareQuantities(p.quantity, q.quantity) < 0 : compareText(x, y) < 0;
}
