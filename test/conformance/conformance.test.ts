/**
 * A slice of the recordings of the real controllers; `npm run conformance` plays all of them. A failure names
 * the case, the instant and the fields, and how to play it alone.
 */
import { describe, expect, test } from "vitest";
import { checkTrace } from "./check.ts";
import { shrink } from "./shrink.ts";
import { DATA, readLines, readTexts, readTraces, type RecordedTrace } from "./trace-file.ts";
import { checkVector, type Vector } from "./vectors.ts";

/** So many cases of each file, spread over it. */
const SLICE = {
  fresh: 30,
  "fresh-100000": 10,
  random: 24,
  "random-200000": 10,
  "wide-300000": 24,
  "wide-gc-310000": 10,
  "wide-odd-710000": 6,
  "wide-undo": 2,
  witnesses: 5,
  "witnesses-ce2-ce5": 5,
  "witnesses-shortest": 6,
  "v1.34-fresh": 8,
  "v1.34-random": 6,
  "v1.34-wide-300000": 8,
  "v1.35-fresh-600000": 2,
  "v1.36-fresh-600000": 2,
} as const;

const LONGEST = 120_000;

function slice(file: string, count: number): RecordedTrace[] {
  const all = readTexts(`${DATA}${file}.jsonl.gz`);
  // The longest take half of the time of all; they are left to `npm run conformance`.
  const quick = all.filter((line) => line.length < LONGEST);
  return spread(quick, count).map((line) => JSON.parse(line) as RecordedTrace);
}

function spread<T>(all: readonly T[], count: number): T[] {
  const step = all.length / Math.min(count, all.length);
  return all.filter((_, index) => Math.floor(index / step) !== Math.floor((index - 1) / step));
}

function textOf(trace: RecordedTrace): string {
  return checkTrace(trace)?.text ?? "as recorded";
}

describe.each(Object.entries(SLICE))("the recordings of %s", (file, count) => {
  for (const trace of slice(file, count)) {
    test(`${trace.case.name} happens in rollsim as it was recorded`, () => {
      expect(textOf(trace)).toBe("as recorded");
    });
  }
});

describe.each(["vectors", "vectors-wide"])("the single syncs of %s", (file) => {
  const vectors = (readLines(`${DATA}${file}.jsonl.gz`) as Vector[]).map((vector, index) => ({
    vector,
    name: `#${index + 1} ${vector.controller} ${vector.key} at ${vector.now}`,
  }));

  test.each(["D", "R"])("write what controller %s wrote, object by object", (controller) => {
    const mine = vectors.filter(({ vector }) => vector.controller === controller);
    expect(mine.length).toBeGreaterThan(50);
    const differences = mine.flatMap(({ name, vector }) =>
      checkVector(vector).map((difference) => `${name}: ${difference}`),
    );
    expect(differences).toEqual([]);
  });

  test("are told apart from what they are not", () => {
    const { vector } = vectors.find(({ vector: { writes } }) =>
      writes?.some(({ object }) => object?.kind === undefined && object !== undefined),
    )!;
    const writes = vector.writes!.map((write) =>
      write.object === undefined
        ? write
        : { ...write, object: { ...write.object, status: { replicas: 77 } } },
    );
    expect(checkVector({ ...vector, writes }).join("\n")).toContain("77");
    expect(checkVector({ ...vector, writes: [] })).not.toEqual([]);
    expect(checkVector({ ...vector, after: [123] })).not.toEqual([]);
  });
});

describe("a recording that is wrong", () => {
  const [trace] = readTraces(`${DATA}random.jsonl.gz`).filter(
    ({ case: { actions }, frames }) => actions.length >= 5 && frames.length >= 12,
  );

  function withWrongFrame(whole: RecordedTrace, index: number): RecordedTrace {
    const frames = whole.frames.map((frame, i) =>
      i === index ? { ...frame, pods: { x: 1 } } : frame,
    );
    return { ...whole, frames };
  }

  test("diverges at the frame that is wrong, and the text says what and when", () => {
    const index = 6;
    const divergence = checkTrace(withWrongFrame(trace!, index));
    expect(divergence?.frame).toBe(index);
    expect(divergence?.at).toBe(trace!.frames[index]!.t);
    expect(divergence?.text).toContain(`${trace!.case.name}: frame ${index}`);
    expect(divergence?.text).toContain("/pods/x");
  });

  test("shrinks to the actions, frames and moves that it takes", () => {
    const index = 6;
    const wrong = withWrongFrame(trace!, index);
    const shrunk = shrink(wrong)!;
    const { actions, moves } = shrunk.trace.case;
    const at = trace!.frames[index]!.t;
    expect(actions).toEqual(trace!.case.actions.filter((action) => action.at * 1000 <= at));
    expect(actions.length).toBeLessThan(trace!.case.actions.length);
    expect(shrunk.trace.frames).toHaveLength(index + 1);
    expect(moves!.length).toBeLessThan(trace!.case.moves!.length);
    expect(trace!.case.moves!.startsWith(moves!)).toBe(true);
    expect(checkTrace(shrunk.trace)?.frame).toBe(index);
    const right = { ...shrunk.trace, frames: trace!.frames.slice(0, index + 1) };
    expect(checkTrace(right)).toBeUndefined();
  });

  test("diverges where a frame is missing at the end, or too many are there", () => {
    const last = trace!.frames.at(-1)!;
    const more = { ...trace!, frames: [...trace!.frames, { ...last, t: last.t + 1 }] };
    const fewer = { ...trace!, frames: trace!.frames.slice(0, -1) };
    expect(checkTrace(more)?.frame).toBe(trace!.frames.length);
    expect(checkTrace(fewer)?.frame).toBe(trace!.frames.length - 1);
  });

  test("does not shrink to anything where there is nothing wrong", () => {
    expect(shrink(trace!)).toBeUndefined();
  });
});

describe("the version that a trace names", () => {
  const [old] = readTraces(`${DATA}v1.34-fresh.jsonl.gz`);

  test("decides which controllers are mirrored", () => {
    expect(old!.kubernetes).toBe("v1.34.4");
    expect(textOf(old!)).toBe("as recorded");
    expect(textOf({ ...old!, kubernetes: "v1.37.2" })).toContain("/terminating");
  });

  test("is refused where it was never compared", () => {
    expect(textOf({ ...old!, kubernetes: "v1.29.0" })).toContain("v1.29.0 is not mirrored");
  });
});
