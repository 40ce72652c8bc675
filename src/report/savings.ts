/** What settings would have saved, as text. */
import { formatShare } from "../scenario/expectations.ts";
import type { ScenarioSavings, TrafficSavings } from "../scenario/savings.ts";
import { printable, wrap } from "./paint.ts";
import { requestLines } from "./requests.ts";

/** The whole text, without the final newline. */
export function savingsReport(
  { base, traffic, leastPreStop }: ScenarioSavings,
  width: number,
): string {
  if (traffic.length === 0) return "No requests were sent: the scenario has no traffic.";
  const lines = base.traffic.flatMap((each, index) => [
    ...requestLines([each], width).slice(1),
    ...changeLines(traffic[index]!, width),
    "",
  ]);
  const least =
    leastPreStop === undefined
      ? []
      : wrap(
          `The least preStop sleep that loses nothing to late views is ${leastPreStop.seconds}s; ` +
            `with ${leastPreStop.seconds - 1}s ${leastPreStop.lostWithLess} requests are lost.`,
          width,
          "",
          "",
        );
  return [...lines, ...least].join("\n").trimEnd();
}

function changeLines({ name, base, savings }: TrafficSavings, width: number): readonly string[] {
  if (base.failed + base.slow === 0) return ["", "  Nothing failed and nothing was slow."];
  const head = `The same requests to ${printable(name)} again, with one change alone each time:`;
  const longest = savings.reduce((most, { change }) => Math.max(most, change.length), 0);
  const rows = savings.flatMap(({ change, saved, share, by, faster, run }) => {
    const causes = Object.entries(by).map(
      ([cause, count]) => `${cause} ${-count > 0 ? "+" : ""}${-count}`,
    );
    const parts = [
      base.failed === 0 ? "" : `saves ${saved} of ${base.failed} (${formatShareOf(saved, share)})`,
      base.slow === 0 ? "" : `slow ${signed(-faster)}`,
      causes.length === 0 ? "" : `failed: ${causes.join(", ")}`,
      run === "whole" ? "" : "but a step of the scenario then fails, and the run ends early",
    ].filter((part) => part !== "");
    return wrap(`${change.padEnd(longest)}  ${parts.join("; ")}`, width, "    ", " ".repeat(8));
  });
  return ["", ...wrap(head, width, "  ", "    "), ...rows];
}

function formatShareOf(saved: number, share: number): string {
  return saved < 0 ? `-${formatShare(-share)}` : formatShare(share);
}

function signed(count: number): string {
  return count > 0 ? `+${count}` : String(count);
}
