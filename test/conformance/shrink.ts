/**
 * The least of a recorded case that still parts from rollsim: the shortest prefix of its actions, and of
 * frames and moves no more than it takes to get there. What a case would do without one of its earlier
 * actions only the recorder can tell.
 */
import { checkTrace, compareTrace, type Divergence } from "./check.ts";
import type { RecordedTrace } from "./trace-file.ts";

export interface Shrunk {
  readonly trace: RecordedTrace;
  readonly divergence: Divergence;
}

/** Undefined where the trace and rollsim agree. */
export function shrink(trace: RecordedTrace): Shrunk | undefined {
  const { actions } = trace.case;
  for (let count = 0; count <= actions.length; count++) {
    const prefix = withActions(trace, count);
    const divergence = checkTrace(prefix);
    if (divergence !== undefined) return withoutRest(prefix, divergence);
  }
  return undefined;
}

/** The case up to just before the instant of the first action that is left out. */
function withActions(trace: RecordedTrace, count: number): RecordedTrace {
  const next = trace.case.actions[count];
  if (next === undefined) return trace;
  const end = next.at * 1000 - 1;
  return {
    ...trace,
    case: { ...trace.case, actions: trace.case.actions.slice(0, count), until: end / 1000 },
    frames: trace.frames.filter(({ t }) => t <= end),
  };
}

function withoutRest(trace: RecordedTrace, divergence: Divergence): Shrunk {
  const frames = trace.frames.slice(0, divergence.frame + 1);
  const last = frames.at(-1)?.t ?? 0;
  const until = Math.min(trace.case.until, last / 1000);
  const shorter: RecordedTrace = { ...trace, case: { ...trace.case, until }, frames };
  const again = compareTrace(shorter);
  // A frame too few or too many shows only later.
  if (again.divergence?.frame !== divergence.frame) return { trace, divergence };
  const moves = shorter.case.moves?.slice(0, again.played?.cluster.playedSchedule.length);
  const shortest = moves === undefined ? shorter : { ...shorter, case: { ...shorter.case, moves } };
  return { trace: shortest, divergence: again.divergence };
}

/** `3 of 9 actions, 5 of 40 frames, 131 of 400 moves`. */
export function sizeText(shrunk: RecordedTrace, whole: RecordedTrace): string {
  const part = (noun: string, of: (trace: RecordedTrace) => number): string =>
    `${of(shrunk)} of ${of(whole)} ${noun}`;
  return [
    part("actions", (trace) => trace.case.actions.length),
    part("frames", (trace) => trace.frames.length),
    ...(whole.case.moves === undefined
      ? []
      : [part("moves", (trace) => trace.case.moves?.length ?? 0)]),
  ].join(", ");
}
