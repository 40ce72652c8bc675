/** The events at the end of a description. Mirrors kubectl/pkg/describe DescribeEvents (v0.37.2). */
import type { KubeObject } from "../../api/meta.ts";
import type { Call } from "../call.ts";
import { ageOf } from "../duration.ts";
import { num, text } from "../fields.ts";
import { line } from "./text.ts";

/** Events of one object, oldest last occurrence first. */
function eventsOf(call: Call, object: KubeObject): readonly KubeObject[] {
  const { name, namespace, uid } = object.metadata;
  const events = call.io.client.list("events", namespace === undefined ? {} : { namespace });
  return sortByLastSeen(
    events.filter(
      (event) =>
        text(event, "involvedObject", "name") === name &&
        (uid === undefined || text(event, "involvedObject", "uid") === uid),
    ),
  );
}

export function sortByLastSeen(events: readonly KubeObject[]): readonly KubeObject[] {
  return events.toSorted((a, b) => lastSeen(a) - lastSeen(b));
}

function lastSeen(event: KubeObject): number {
  return Date.parse(text(event, "lastTimestamp") || text(event, "firstTimestamp"));
}

export function eventLines(call: Call, object: KubeObject): string[] {
  const events = eventsOf(call, object);
  if (events.length === 0) return ["Events:\t<none>"];
  return [
    "Events:",
    line(1, "Type", "Reason", "Age", "From", "Message"),
    line(1, "----", "------", "----", "----", "-------"),
    ...events.map((event) => {
      const path = text(event, "involvedObject", "fieldPath");
      const message = text(event, "message").trim();
      return line(
        1,
        text(event, "type"),
        text(event, "reason"),
        eventInterval(event, call.io.client.wallClockMs),
        text(event, "source", "component") || text(event, "reportingComponent"),
        path === "" ? message : `${path}: ${message}`,
      );
    }),
  ];
}

/** `5s`, or `5s (x3 over 40s)` for an event seen several times. */
export function eventInterval(event: KubeObject, wallClockMs: number): string {
  const first = ageOf(event["firstTimestamp"], wallClockMs);
  const count = num(event, "count");
  return count > 1
    ? `${ageOf(event["lastTimestamp"], wallClockMs)} (x${count} over ${first})`
    : first;
}
