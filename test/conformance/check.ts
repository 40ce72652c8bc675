/** One recorded trace against rollsim: nothing, or where and how they part. */
import { compareFrames, countFields, type Difference } from "./compare.ts";
import { play, type Played } from "./play.ts";
import type { RecordedTrace } from "./trace-file.ts";

export interface Divergence {
  readonly name: string;
  /** Index of the frame at which they part. */
  readonly frame: number;
  /** Virtual ms; undefined where rollsim itself failed. */
  readonly at: number | undefined;
  readonly text: string;
}

export interface Checked {
  readonly divergence: Divergence | undefined;
  /** What was compared, as far as they agreed. */
  readonly frames: number;
  readonly fields: number;
  /** Of the whole run; undefined where rollsim failed. */
  readonly played: Played | undefined;
}

const SHOWN = 12;

/** Where rollsim parts from a recorded trace; undefined where it does not. */
export function checkTrace(trace: RecordedTrace): Divergence | undefined {
  return compareTrace(trace).divergence;
}

export function compareTrace(trace: RecordedTrace): Checked {
  let found: { index: number; differences: Difference[] } | undefined;
  let frames = 0;
  let fields = 0;
  try {
    const played = play(trace, (frame, index) => {
      const recorded = trace.frames[index];
      // At the next instant the real controller panicked: there is nothing to compare.
      if (recorded === undefined && trace.crashed !== undefined) return "stop";
      const differences = compareFrames(recorded, frame);
      if (differences.length > 0) {
        found = { index, differences };
        return "stop";
      }
      frames++;
      fields += countFields(recorded);
      return "go on";
    });
    if (found === undefined && played.frames.length < trace.frames.length) {
      const index = played.frames.length;
      found = { index, differences: compareFrames(trace.frames[index], undefined) };
    }
    const divergence = found === undefined ? undefined : describe(trace, found);
    return { divergence, frames, fields, played };
  } catch (error) {
    // What differs in a frame is why the recorded moves cannot be made later in it.
    if (found !== undefined) {
      return { divergence: describe(trace, found), frames, fields, played: undefined };
    }
    const why = error instanceof Error ? (error.stack ?? error.message) : String(error);
    const { name } = trace.case;
    const text = `${name}: after ${frames} frames: ${why}`;
    return {
      divergence: { name, frame: frames, at: undefined, text },
      frames,
      fields,
      played: undefined,
    };
  }
}

function describe(
  trace: RecordedTrace,
  { index, differences }: { readonly index: number; readonly differences: readonly Difference[] },
): Divergence {
  const { name } = trace.case;
  const at = trace.frames[index]?.t;
  const lines = differences
    .slice(0, SHOWN)
    .map(
      ({ path, recorded, played }) =>
        `  ${path}\n    recorded ${JSON.stringify(recorded)}\n    played   ${JSON.stringify(played)}`,
    );
  const more = differences.length - SHOWN;
  const text = [
    `${name}: frame ${index}, at ${at} ms`,
    ...lines,
    ...(more > 0 ? [`  and ${more} more`] : []),
  ].join("\n");
  return { name, frame: index, at, text };
}
