/** What somebody still asks for when a run ends: evictions that a budget refuses. */
import type { TraceEntry } from "../api/trace.ts";

/** Who drains a node asks so often. */
const RETRY_MS = 5000;

/** Each budget that has held up a drain to the end of the trace, in a sentence without its full stop. */
export function waitingDrains(trace: readonly TraceEntry[]): readonly string[] {
  const end = trace.at(-1)?.at ?? 0;
  const refused = new Set<string>();
  const waits = new Map<string, string>();
  for (const entry of trace) {
    if (entry.kind !== "decision" || !entry.id.startsWith("disruption/")) continue;
    const { at, key, sentence, weighed } = entry;
    const pod = String(weighed["pod"]);
    // Who asks once, and takes no for an answer, does not wait.
    if (refused.has(key) && at > end - RETRY_MS) {
      waits.set(String(weighed["budget"]), sentence.slice(0, sentence.indexOf(`: ${pod}`)));
    }
    refused.add(key);
  }
  return [...waits.values()];
}
