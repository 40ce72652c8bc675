/** kubectl get --watch. Mirrors GetOptions.watch of kubectl/pkg/cmd/get/get.go (v0.37.2). */
import type { Call } from "../call.ts";
import { fail, failAll } from "../errors.ts";
import { getPrinter, printsTables } from "../output/printer.ts";
import { tablePrinter } from "../output/rows.ts";
import { sortObjects } from "../output/sorting.ts";
import type { KubeObject } from "../../api/meta.ts";
import { resolve, type Selection } from "../resolve.ts";
import { resourceName } from "../resources.ts";
import { follow } from "../waiting.ts";

/** Ends when nothing is left to happen, or when the caller lets no more time pass. */
export function watchObjects(call: Call): void {
  const { flags, io } = call;
  if (flags.text("sort-by") !== "") {
    const which = flags.bool("watch") ? "--watch" : "--watch-only";
    const ignored = flags.bool("watch") ? "ignored for watch events received" : "ignored";
    io.err(`warning: ${which} requested, --sort-by will be ${ignored}\n`);
  }
  const selection = resolve(call, {
    bareType: "everything",
    fetchFiles: true,
    ...(flags.bool("ignore-not-found") ? { ignoreNotFound: true as const } : {}),
  });
  if (selection.kinds.length > 1 || (!selection.listed && selection.infos.length > 1)) {
    fail("you may only specify a single resource type");
  }
  failAll(selection.problems);
  const print = eventPrinter(call, selection);
  if (!flags.bool("watch-only")) {
    const objects = selection.infos.map((info) => info.object);
    const by = flags.text("sort-by");
    print(by === "" ? objects : sortObjects(call, objects, by, "of a list"), "ADDED");
  }
  followChanges(call, selection, print);
}

type Print = (objects: readonly KubeObject[], event: string) => void;

function eventPrinter(call: Call, selection: Selection): Print {
  const { flags, io } = call;
  const [kind] = selection.kinds;
  const withEvent = flags.bool("output-watch-events");
  if (!printsTables(call)) {
    const printer = getPrinter(call);
    return (objects, event) => {
      for (const object of objects) {
        io.out(printer(withEvent ? { type: event, object } : object));
      }
    };
  }
  if (kind === undefined) return () => undefined;
  const table = tablePrinter(call, kind, {
    withKind: false,
    withNamespace: flags.bool("all-namespaces") && kind.namespaced,
    withEvent,
  });
  return (objects, event) => io.out(table.print(objects, event));
}

function followChanges(call: Call, selection: Selection, print: Print): void {
  const { flags, io } = call;
  const [kind] = selection.kinds;
  if (kind === undefined) return;
  const [only] = selection.listed ? [] : selection.infos;
  const everywhere = flags.bool("all-namespaces") || !kind.namespaced;
  const fieldSelector =
    only === undefined ? flags.text("field-selector") : `metadata.name=${only.ref.name}`;
  const watch = io.client.watch(resourceName(io.client, kind), {
    ...(everywhere ? {} : { namespace: only?.ref.namespace ?? call.namespace }),
    ...(flags.text("selector") === "" ? {} : { labelSelector: flags.text("selector") }),
    ...(fieldSelector === "" ? {} : { fieldSelector }),
  });
  follow(call, watch, 0, (event) => {
    print([event.object], event.type);
    return "go on";
  });
}
