/** kubectl events. Mirrors kubectl/pkg/cmd/events/events.go (v0.37.2). */
import type { KubeObject } from "../../api/meta.ts";
import { layTable } from "../columns/table.ts";
import type { Call } from "../call.ts";
import { eventInterval, sortByLastSeen } from "../describe/events.ts";
import { exitWith, fail } from "../errors.ts";
import { text, type JsonMap } from "../fields.ts";
import { listOf, writePrinter } from "../output/printer.ts";
import { findKind } from "../resources.ts";
import { follow } from "../waiting.ts";

export function events(call: Call): void {
  const { flags, io } = call;
  const wanted = wantedEvents(call);
  const printer = writePrinter(call);
  const everywhere = flags.bool("all-namespaces");
  const scope = everywhere ? {} : { namespace: call.namespace };
  const found = sortByLastSeen(io.client.list("events", scope).filter(wanted));
  const watching = flags.bool("watch");
  if (found.length === 0 && !watching) {
    io.err(everywhere ? "No events found.\n" : `No events found in ${call.namespace} namespace.\n`);
    return;
  }
  if (printer !== undefined) {
    if (watching) for (const event of found) io.out(printer(event));
    // kubectl's printer of names passes over lists.
    else if (flags.text("output") !== "name") io.out(printer(eventList(found)));
  }
  const remembered: number[] = [];
  let headers = !flags.bool("no-headers");
  const print = (shown: readonly KubeObject[]): void => {
    const rows = shown.map((event) => rowOf(call, event));
    const lines = headers ? [headersOf(call), ...rows] : rows;
    headers = false;
    io.out(layTable(lines, remembered));
  };
  if (printer === undefined && found.length > 0) print(found);
  if (!watching) return;
  follow(call, io.client.watch("events", scope), 0, ({ type, object }) => {
    if (type === "DELETED" || !wanted(object)) return "go on";
    if (printer === undefined) print([object]);
    else io.out(printer(object));
    return "go on";
  });
}

/** A list of its own kind, as the client has read it. */
function eventList(items: readonly KubeObject[]): JsonMap {
  return { ...listOf(items), kind: "EventList", metadata: {} };
}

function wantedEvents(call: Call): (event: KubeObject) => boolean {
  const types = call.flags.list("types").map((type) => type.toLowerCase());
  const unknown = types.find((type) => type !== "normal" && type !== "warning");
  if (unknown !== undefined) fail("valid --types are Normal or Warning");
  const about = call.flags.text("for");
  const [kindText = "", name = ""] = about.split("/");
  if (about.split("/").length > 2) {
    fail("arguments in resource/name form may not have more than one slash");
  }
  if (about !== "" && (kindText === "" || name === "")) {
    fail("--for must be in resource/name form");
  }
  const kind = about === "" ? undefined : findKind(call.io.client, kindText);
  if (about !== "" && kind === undefined) {
    exitWith(`the server doesn't have a resource type "${kindText}"`);
  }
  return (event) =>
    (types.length === 0 || types.includes(text(event, "type").toLowerCase())) &&
    (kind === undefined ||
      (text(event, "involvedObject", "kind") === kind.kind &&
        text(event, "involvedObject", "name") === name));
}

function headersOf(call: Call): readonly string[] {
  const columns = ["LAST SEEN", "TYPE", "REASON", "OBJECT", "MESSAGE"];
  return call.flags.bool("all-namespaces") ? ["NAMESPACE", ...columns] : columns;
}

function rowOf(call: Call, event: KubeObject): readonly string[] {
  const cells = [
    eventInterval(event, call.io.client.wallClockMs),
    text(event, "type"),
    text(event, "reason"),
    `${text(event, "involvedObject", "kind")}/${text(event, "involvedObject", "name")}`,
    text(event, "message").trim(),
  ];
  return call.flags.bool("all-namespaces") ? [event.metadata.namespace ?? "", ...cells] : cells;
}
