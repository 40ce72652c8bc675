/** -o formats of `get` and of every verb that writes. */
import type { KubeObject } from "../../api/meta.ts";
import { compareText } from "../../api/order.ts";
import { withControllers } from "../../apiserver/field-managers/controllers.ts";
import type { Call } from "../call.ts";
import { fail, goQuote } from "../errors.ts";
import { isKubeObject, isMap, list, without, type JsonMap } from "../fields.ts";
import { nameOfObject } from "../resources.ts";
import { alignTabs, tableTabs } from "../tabwriter.ts";
import { indentedJson } from "./gojson.ts";
import { findResults, goSprint, isPathError, relaxedPath } from "./jsonpath.ts";
import { parseTemplate, type PathError } from "./jsonpath-parse.ts";
import { kyaml } from "./kyaml.ts";
import { inStructOrder } from "./struct-order.ts";
import { templateOf, templatePrinter, type Printer } from "./templates.ts";
import { toYaml } from "./yaml.ts";

const writeFormats = [
  "go-template",
  "go-template-file",
  "json",
  "jsonpath",
  "jsonpath-as-json",
  "jsonpath-file",
  "kyaml",
  "name",
  "template",
  "templatefile",
  "yaml",
];
const getFormats = [...writeFormats, "custom-columns", "custom-columns-file", "wide"];

/** Whether `get` prints tables. */
export function printsTables(call: Call): boolean {
  return ["", "wide"].includes(formatOf(call));
}

/** The printer of `get -o FORMAT`, where that is none of tables. */
export function getPrinter(call: Call): Printer {
  const format = formatOf(call);
  const columns = /^custom-columns(?:=(.*))?$/s.exec(format);
  if (columns !== null) return customColumns(call, columns[1] ?? templateOf(call));
  const file = /^custom-columns-file(?:=(.*))?$/s.exec(format);
  if (file !== null) return columnsFromFile(call, file[1] ?? "");
  return objectPrinter(call, format) ?? unknownFormat(format, getFormats);
}

/** Verbs that know the Go types of what they print: their JSON follows the order of the structs. */
const typedVerbs = /^(rollout|set|autoscale|expose|run|auth|config|create \w)/;

/** The printer of a verb that writes; undefined when it prints `NAME OPERATION`. */
export function writePrinter(call: Call): Printer | undefined {
  const format = formatOf(call);
  if (format === "") return undefined;
  return objectPrinter(call, format) ?? unknownFormat(format, writeFormats);
}

/** -o; with --template alone, `go-template`. */
function formatOf(call: Call): string {
  const format = call.flags.has("output") ? call.flags.text("output") : "";
  return format === "" && templateOf(call) !== "" ? "go-template" : format;
}

function unknownFormat(format: string, allowed: readonly string[]): never {
  const names = [...allowed].toSorted(compareText).join(",");
  return fail(
    `unable to match a printer suitable for the output format ${goQuote(format)}, allowed formats are: ${names}`,
  );
}

function objectPrinter(call: Call, format: string): Printer | undefined {
  const shown = (object: JsonMap): JsonMap =>
    call.flags.has("show-managed-fields") && call.flags.bool("show-managed-fields")
      ? ownedOnes(object)
      : withoutManagedFields(object);
  const lower = format.toLowerCase();
  if (lower === "json" && typedVerbs.test(call.command)) {
    return (object) =>
      `${indentedJson(inStructOrder(shown(object)), "    ", "", "as they come")}\n`;
  }
  if (lower === "json") return (object) => `${indentedJson(shown(object), "    ")}\n`;
  if (lower === "yaml") {
    let printed = 0;
    return (object) => {
      printed += 1;
      return (printed > 1 ? "---\n" : "") + toYaml(shown(object));
    };
  }
  if (lower === "name") return namesOf;
  if (lower === "kyaml") {
    const typed = typedVerbs.test(call.command);
    return (object) =>
      typed ? kyaml(inStructOrder(shown(object)), "as they come") : kyaml(shown(object), "sorted");
  }
  const printer = templatePrinter(call, format);
  return printer === undefined ? undefined : (object) => printer(ownedOnes(object));
}

/** The objects of a list, or the one object. */
function objectsIn(printed: JsonMap): readonly KubeObject[] {
  // A watch event wraps its object.
  const object = isMap(printed["object"]) ? printed["object"] : printed;
  const all = object["kind"] === "List" ? list(object, "items") : [object];
  return all.filter(isKubeObject);
}

function namesOf(object: JsonMap): string {
  return objectsIn(object)
    .map((item) => `${nameOfObject(item)}\n`)
    .join("");
}

function ownedOnes(object: JsonMap): JsonMap {
  if (isKubeObject(object) && object.kind !== "List") return withControllers(object);
  return { ...object, items: objectsIn(object).map(withControllers) };
}

export function withoutManagedFields<T extends JsonMap>(object: T): T {
  if (object["kind"] === "List") {
    return { ...object, items: list(object, "items").filter(isMap).map(withoutManagedFields) };
  }
  const metadata = object["metadata"];
  if (!isMap(metadata) || metadata["managedFields"] === undefined) return object;
  return { ...object, metadata: without(metadata, "managedFields") };
}

function columnsFromFile(call: Call, path: string): Printer {
  const [file] = call.io.readFile(path) ?? [];
  if (file === undefined)
    fail(`error reading template ${path}, open ${path}: no such file or directory\n`);
  const [headers, specs] = file.text
    .replace(/\n$/, "")
    .split("\n")
    .map((line) => line.split(/\s+/).filter((word) => word !== ""));
  if (file.text === "" || headers === undefined) return fail(missingLine("header"));
  if (specs === undefined) return fail(missingLine("spec"));
  if (headers.length !== specs.length) {
    const counts = `headers (${headers.length}) and field specifications (${specs.length})`;
    fail(`number of ${counts} don't match`);
  }
  return customColumns(call, headers.map((header, i) => `${header}:${specs[i] ?? ""}`).join(","));
}

function missingLine(which: "header" | "spec"): string {
  const lines = "one line of space separated headers, one line of space separated column specs";
  return `invalid template, missing ${which} line. Expected format is ${lines}.`;
}

function customColumns(call: Call, spec: string): Printer {
  if (spec === "") fail("custom-columns format specified but no custom columns given");
  const columns = spec.split(",").map((part) => {
    const colon = part.indexOf(":");
    if (colon < 0) {
      fail(`unexpected custom-columns spec: ${part}, expected <header>:<json-path-expr>`);
    }
    const path = relaxedPath(part.slice(colon + 1));
    if (isPathError(path)) return fail(path.error);
    return { header: part.slice(0, colon), path };
  });
  let headersDone = call.flags.has("no-headers") && call.flags.bool("no-headers");
  return (object) => {
    const lines = headersDone ? [] : [columns.map(({ header }) => header)];
    headersDone = true;
    const text = (): string =>
      lines.length === 0
        ? ""
        : `${alignTabs(lines.map((cells) => cells.join("\t")).join("\n"), tableTabs)}\n`;
    // Of a watch event, the columns are looked for in the event itself.
    for (const item of isKubeObject(object) ? objectsIn(object) : listed(object)) {
      const cells = columns.map(({ path }) => columnText(path, item));
      const wrong = cells.find(isPathError);
      if (wrong !== undefined) {
        // What went before is printed all the same.
        call.io.out(text());
        fail(wrong.error);
      }
      lines.push(cells.filter((cell) => typeof cell === "string"));
    }
    return text();
  };
}

function listed(printed: JsonMap): readonly JsonMap[] {
  return printed["kind"] === "List" ? objectsIn(printed) : [printed];
}

function columnText(path: string, object: JsonMap): string | PathError {
  // What is no path is told without the path.
  const parsed = parseTemplate(path);
  const found = isPathError(parsed) ? parsed : findResults(path, object, "allow missing");
  if (isPathError(found)) return found;
  const values = found.flat();
  return values.length === 0 ? "<none>" : values.map(goSprint).join(",");
}

/** Several objects as kubectl wraps them for -o yaml and the like. */
export function listOf(objects: readonly KubeObject[]): JsonMap {
  return {
    apiVersion: "v1",
    kind: "List",
    metadata: { resourceVersion: "" },
    items: objects,
  };
}
