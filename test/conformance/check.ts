/** One recorded trace against rollsim: nothing, or where and how they part. */
import { compareFrames, type Difference } from "./compare.ts";
import { play } from "./play.ts";
import type { RecordedTrace } from "./trace-file.ts";

export interface Divergence {
  readonly name: string;
  /** Virtual ms; undefined where rollsim itself failed. */
  readonly at: number | undefined;
  readonly text: string;
}

const SHOWN = 12;

export function checkTrace(trace: RecordedTrace): Divergence | undefined {
  let found: { index: number; differences: Difference[] } | undefined;
  let count = 0;
  try {
    const played = play(trace, (frame, index) => {
      count = index + 1;
      const differences = compareFrames(trace.frames[index], frame);
      if (differences.length === 0) return "go on";
      found = { index, differences };
      return "stop";
    });
    if (found === undefined && played.frames.length < trace.frames.length) {
      const index = played.frames.length;
      found = { index, differences: compareFrames(trace.frames[index], undefined) };
    }
  } catch (error) {
    const why = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return { name: trace.case.name, at: undefined, text: `${trace.case.name}: after ${count} frames: ${why}` };
  }
  if (found === undefined) return undefined;
  const at = trace.frames[found.index]?.t;
  const lines = found.differences
    .slice(0, SHOWN)
    .map(
      ({ path, recorded, played }) =>
        `  ${path}\n    recorded ${JSON.stringify(recorded)}\n    played   ${JSON.stringify(played)}`,
    );
  const more = found.differences.length - SHOWN;
  return {
    name: trace.case.name,
    at,
    text: [
      `${trace.case.name}: frame ${found.index}, at ${at} ms (replay: --case=${trace.case.name})`,
      ...lines,
      ...(more > 0 ? [`  and ${more} more`] : []),
    ].join("\n"),
  };
}
