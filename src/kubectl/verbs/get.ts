/** kubectl get. Mirrors kubectl/pkg/cmd/get/get.go (v0.37.2). */
import type { KindInfo } from "../../api/client.ts";
import type { KubeObject } from "../../api/meta.ts";
import { scaleOf } from "../../apiserver/scale-subresource.ts";
import type { Call } from "../call.ts";
import {
  exitWith,
  fail,
  failAll,
  failTogether,
  failUsage,
  goQuote,
  type Problem,
} from "../errors.ts";
import { isPathError, relaxedPath } from "../output/jsonpath.ts";
import { getPrinter, listOf, printsTables } from "../output/printer.ts";
import { tablePrinter } from "../output/rows.ts";
import { sortObjects } from "../output/sorting.ts";
import { filesOf } from "../files.ts";
import { resolve, type Info, type Selection } from "../resolve.ts";
import { watchObjects } from "./get-watch.ts";
import { SCALABLE } from "./scale.ts";
import { getRaw } from "./raw.ts";

export function get(call: Call): void {
  const { flags } = call;
  if (flags.text("raw") !== "") return getRaw(call);
  const watching = flags.bool("watch") || flags.bool("watch-only");
  if (!watching && call.args.length === 0 && filesOf(call).length === 0) return refuseNoType(call);
  refuseOddFlags(call, watching);
  if (watching) return watchObjects(call);
  const found = resolve(call, {
    bareType: "everything",
    fetchFiles: true,
    ...(flags.bool("ignore-not-found") ? { ignoreNotFound: true as const } : {}),
  });
  const selection = subresource(call, found);
  if (printsTables(call)) return printTables(call, selection);
  // The form of the answer is looked at when there is one.
  if (selection.single && selection.infos.length !== 1) return failAll(selection.problems);
  const printer = getPrinter(call);
  const all = selection.infos.map((info) => info.object);
  const objects = selection.single ? all : sorted(call, all, "of a list");
  if (selection.single && objects[0] !== undefined) call.io.out(printer(objects[0]));
  else if (objects.length > 0 || !flags.bool("ignore-not-found"))
    call.io.out(printer(listOf(objects)));
  failAll(selection.problems);
}

function refuseNoType(call: Call): never {
  const suggestion = 'Use "kubectl api-resources" for a complete list of supported resources.';
  call.io.err(`You must specify the type of resource to get. ${suggestion}\n\n`);
  return failUsage(
    'Required resource not specified.\nUse "kubectl explain <resource>" for a detailed description ' +
      "of that resource (e.g. kubectl explain pods).",
    "get",
  );
}

function refuseOddFlags(call: Call, watching: boolean): void {
  const { flags } = call;
  const output = flags.text("output");
  if (flags.bool("show-labels") && output !== "" && output !== "wide") {
    fail(`--show-labels option cannot be used with ${output} printer`);
  }
  if (flags.list("label-columns").length > 0 && output.startsWith("custom-columns")) {
    fail(`--label-columns option cannot be used with ${output} printer`);
  }
  if (flags.bool("output-watch-events") && !watching) {
    fail("--output-watch-events option can only be used with --watch or --watch-only");
  }
}

function sorted(
  call: Call,
  objects: readonly KubeObject[],
  rows: "of a table" | "of a list",
): readonly KubeObject[] {
  const by = call.flags.text("sort-by");
  return by === "" ? objects : sortObjects(call, objects, by, rows);
}

function printTables(call: Call, selection: Selection): void {
  refuseSortedTables(call, selection);
  const groups = groupsOf(selection);
  const withKind = new Set(groups.map((group) => group.kind)).size > 1;
  const everywhere = call.flags.bool("all-namespaces");
  let printed = false;
  for (const { kind, infos } of groups) {
    const printer = tablePrinter(call, kind, {
      withKind,
      withNamespace: everywhere && kind.namespaced,
      withEvent: false,
    });
    const objects = infos.map((info) => info.object);
    const text = printer.print(sorted(call, objects, "of a table"));
    if (text === "") continue;
    if (printed && !call.flags.bool("no-headers")) call.io.out("\n");
    call.io.out(text);
    printed = true;
  }
  if (!printed && selection.problems.length === 0 && !call.flags.bool("ignore-not-found")) {
    const namespaced = !everywhere && groups.every((group) => group.kind.namespaced);
    call.io.err(
      namespaced ? `No resources found in ${call.namespace} namespace.\n` : "No resources found\n",
    );
  }
  // What is wrong with files is found as they are read, one by one.
  if (filesOf(call).length > 0) failTogether(selection.problems);
  failAll(selection.problems);
}

/** Several tables are sorted as if they were objects, and have no fields of objects. */
function refuseSortedTables(call: Call, { listed, kinds, infos }: Selection): void {
  const by = call.flags.text("sort-by");
  if (by === "" || (listed ? kinds : infos).length < 2) return;
  const path = relaxedPath(by);
  if (isPathError(path)) return;
  fail(`couldn't find any field with path ${goQuote(path)} in the list of objects`);
}

interface Group {
  readonly kind: KindInfo;
  readonly infos: readonly Info[];
}

/** One group per kind of a list; for names, runs of equal kinds as they were asked for. */
function groupsOf(selection: Selection): readonly Group[] {
  if (selection.listed) {
    return selection.kinds.map((kind) => ({
      kind,
      infos: selection.infos.filter((info) => info.kind === kind),
    }));
  }
  const groups: { kind: KindInfo; infos: Info[] }[] = [];
  for (const info of selection.infos) {
    const last = groups.at(-1);
    if (last?.kind === info.kind) last.infos.push(info);
    else groups.push({ kind: info.kind, infos: [info] });
  }
  return groups;
}

export const notThere =
  "Error from server (NotFound): the server could not find the requested resource";

/** --subresource=status or scale. */
function subresource(call: Call, selection: Selection): Selection {
  const name = call.flags.text("subresource");
  if (name === "") return selection;
  if (selection.listed) fail("subresource cannot be used when bulk resources are specified");
  if (name === "status") return selection;
  if (name !== "scale") {
    const problems: Problem[] = [{ text: notThere }];
    return name === "resize" ? { ...selection, infos: [], problems } : exitWith(notThere);
  }
  if (selection.infos.some(({ kind }) => !SCALABLE.includes(kind.kind))) exitWith(notThere);
  const infos = selection.infos.map((info) => ({ ...info, object: scaleOf(info.object) }));
  return { ...selection, infos };
}
