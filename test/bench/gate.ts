/**
 * `node .build/test/bench/gate.js`: fails where a rolling update costs more than it did. Nothing here is
 * compared with a clock: what happens is counted, exactly (gate.json; UPDATE=1 writes it anew); bytes are
 * those of processes without garbage collection; times are ratios of neighbouring runs, medians of
 * REPETITIONS, with room for a busy machine. Then the same limits are put to a cluster in which every
 * instant lists all pods, the classic way to grow quadratic: they must refuse it.
 */
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Cluster } from "../../src/cluster.ts";
import { rollingUpdate, type Cost, type Rollout } from "./rollout.ts";
import { cpuMs, median } from "./statistics.ts";

const REPETITIONS = 5;
const WARM_UP_MS = 1500;
const pinnedFile = fileURLToPath(new URL("../../../test/bench/gate.json", import.meta.url));

/** Pods that are ready at once: their own cost counts, in 14 turns whatever their number. */
const atOnce = (replicas: number): Rollout => ({ replicas });
/** Pods that get ready one by one over ten minutes: some sixteen syncs each. */
const oneByOne = (replicas: number): Rollout => ({
  replicas,
  behaviors: [{ ready: { delay: 1000, jitter: 600_000 } }],
});

/** Most cost of a pod in a large rollout, in costs of a pod in a small one. */
const FLAT = { cpu: 1.5, bytes: 1.25 };
const sizes = {
  "at once": { make: atOnce, small: 2000, large: 40_000 },
  "one by one": { make: oneByOne, small: 60, large: 480 },
} as const;

/**
 * Most growth of a pinned figure: bytes differ a little between versions of Node. Of times, the same commit took 4.7
 * calibrations on one machine and up to 9.6 on another, whose memory is slower beside its processor.
 */
const ROOM = { bytes: 1.25, calibrated: 3 };

interface Pinned {
  readonly work: Readonly<Record<string, Cost["work"]>>;
  /** Allocated, per pod of the large rollout. */
  readonly bytesPerPod: Readonly<Record<string, number>>;
  /** CPU time per pod of the large rollout, in runs of `calibration`. */
  readonly calibrated: Readonly<Record<string, number>>;
}

type Name = keyof typeof sizes;
type Watch = (cluster: Cluster) => void;

interface Measured extends Pinned {
  /** Cost of a pod in the large rollout, in costs of a pod in the small one. */
  readonly flat: Readonly<Record<string, { readonly cpu: number; readonly bytes: number }>>;
}

interface Times {
  readonly work: Cost["work"];
  readonly flat: number;
  readonly calibrated: number;
}

interface Bytes {
  readonly small: number;
  readonly large: number;
}

/** What any JavaScript does: small objects, a map, strings, a sort. CPU time in ms. */
function calibration(): number {
  const start = cpuMs();
  const map = new Map<string, { readonly id: number; readonly label: string }>();
  for (let i = 0; i < 60_000; i++) {
    const id = Math.imul(i, 2654435761) >>> 12;
    map.set(`pod-${id}`, { id, label: `web-${i % 97}` });
  }
  const sorted = [...map.values()].toSorted((a, b) => a.id - b.id);
  const checksum = sorted.reduce((sum, { id, label }) => (sum + id * label.length) | 0, 0);
  if (checksum === 0) throw new Error("the calibration did nothing");
  return cpuMs() - start;
}

function times(name: Name, repetitions: number, watch: Watch): Times {
  const { make, small, large } = sizes[name];
  const { work } = rollingUpdate({ ...make(small), watch });
  for (const start = cpuMs(); cpuMs() - start < WARM_UP_MS;) {
    rollingUpdate({ ...make(small), watch });
  }
  const pairs = Array.from({ length: repetitions }, () => {
    const unit = calibration();
    // CPU time is a coarse clock: small rollouts are repeated to make up a fair part of the large one.
    const many = Math.ceil(large / small / 2);
    const smalls = Array.from({ length: many }, () => rollingUpdate({ ...make(small), watch }));
    const perPod = smalls.reduce((sum, one) => sum + one.cpuMs, 0) / many / small;
    const whole = rollingUpdate({ ...make(large), watch });
    return { flat: whole.cpuMs / large / perPod, calibrated: whole.cpuMs / unit };
  });
  return {
    work,
    flat: median(pairs.map((pair) => pair.flat)),
    calibrated: median(pairs.map((pair) => pair.calibrated)),
  };
}

/** Allocated per pod, in a process whose young generation has room for all of it. */
function bytes(name: Name, watch: Watch): Bytes {
  const { make, small, large } = sizes[name];
  const perPod = (replicas: number): number => {
    rollingUpdate({ ...make(small), watch }); // what is made once is made now
    globalThis.gc?.();
    return Math.round(rollingUpdate({ ...make(replicas), watch }).heapBytes / replicas);
  };
  return { small: perPod(small), large: perPod(large) };
}

/** When code is compiled differs from run to run, and with it what it allocates: by a tenth either way. */
function medianBytes(name: Name, how: "whole" | "injured"): Bytes {
  const runs = [1, 2, 3].map(() => alone<Bytes>(ROOMY, ["bytes", name, "1", how]));
  return {
    small: median(runs.map((run) => run.small)),
    large: median(runs.map((run) => run.large)),
  };
}

function measure(names: readonly Name[], repetitions: number, how: "whole" | "injured"): Measured {
  const [work, bytesPerPod, calibrated, flat]: [
    Record<string, Cost["work"]>,
    Record<string, number>,
    Record<string, number>,
    Record<string, { cpu: number; bytes: number }>,
  ] = [{}, {}, {}, {}];
  for (const name of names) {
    const time = alone<Times>([], ["times", name, String(repetitions), how]);
    const size = medianBytes(name, how);
    work[`${name}, ${sizes[name].small}`] = time.work;
    bytesPerPod[name] = size.large;
    calibrated[name] = Number(time.calibrated.toFixed(2));
    flat[name] = { cpu: time.flat, bytes: size.large / size.small };
  }
  return { work, bytesPerPod, calibrated, flat };
}

/** What is worse than it may be; empty: nothing. */
function judge(measured: Measured, pinned: Pinned): readonly string[] {
  const wrong: string[] = [];
  for (const [name, seen] of Object.entries(measured.work)) {
    const [is, was] = [JSON.stringify(seen), JSON.stringify(pinned.work[name])];
    if (is !== was) wrong.push(`${name}: the work is ${is}, not ${was}`);
  }
  const limit = (what: string, is: number, most: number): void => {
    process.stdout.write(`  ${what}: ${is.toFixed(2)}, at most ${most.toFixed(2)}\n`);
    if (!(is <= most)) wrong.push(`${what}: ${is.toFixed(2)}, more than ${most.toFixed(2)}`);
  };
  for (const [name, { cpu, bytes }] of Object.entries(measured.flat)) {
    const { small, large } = sizes[name as Name];
    limit(`${name}, CPU time per pod, ${large} to ${small} pods`, cpu, FLAT.cpu);
    limit(`${name}, bytes per pod, ${large} to ${small} pods`, bytes, FLAT.bytes);
    const before = pinned.bytesPerPod[name] ?? 0;
    limit(`${name}, bytes per pod`, measured.bytesPerPod[name]!, before * ROOM.bytes);
    const time = pinned.calibrated[name] ?? 0;
    limit(`${name}, CPU time in calibrations`, measured.calibrated[name]!, time * ROOM.calibrated);
  }
  return wrong;
}

/** Asks the API server for every pod whenever the clock moves on. */
function quadratic(cluster: Cluster): void {
  cluster.on("instant", () => {
    cluster.api.list("pods");
  });
}

function main(args: readonly string[]): number {
  const [what, name, repetitions, how] = args;
  if (what !== undefined) {
    const watch = how === "injured" ? quadratic : (): void => {};
    const measured =
      what === "times"
        ? times(name as Name, Number(repetitions), watch)
        : bytes(name as Name, watch);
    process.stdout.write(JSON.stringify(measured));
    return 0;
  }
  const measured = measure(["at once", "one by one"], REPETITIONS, "whole");
  if (process.env["UPDATE"] === "1") {
    const { work, bytesPerPod, calibrated } = measured;
    writeFileSync(pinnedFile, `${JSON.stringify({ work, bytesPerPod, calibrated }, null, 2)}\n`);
  }
  const pinned = JSON.parse(readFileSync(pinnedFile, "utf8")) as Pinned;
  process.stdout.write("gate: a rolling update\n");
  const wrong = judge(measured, pinned);
  for (const line of wrong) process.stderr.write(`WORSE ${line}\n`);
  process.stdout.write("gate: the same, when every instant lists all pods\n");
  const found = judge(measure(["one by one"], 1, "injured"), pinned);
  const missed = ["CPU time per pod", "bytes per pod", "calibrations"].filter(
    (limited) => !found.some((line) => line.includes(limited)),
  );
  for (const limited of missed) process.stderr.write(`NOT NOTICED in ${limited}\n`);
  return wrong.length + missed.length === 0 ? 0 : 1;
}

/** Nothing is collected while bytes are counted. */
const ROOMY = ["--expose-gc", "--min-semi-space-size=1024", "--max-semi-space-size=1024"];

function alone<T>(flags: readonly string[], args: readonly string[]): T {
  const child = spawnSync(process.execPath, [...flags, fileURLToPath(import.meta.url), ...args], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
  });
  if (child.status !== 0) throw new Error(`gate ${args.join(" ")}: exit ${String(child.status)}`);
  return JSON.parse(child.stdout) as T;
}

process.exitCode = main(process.argv.slice(2));
