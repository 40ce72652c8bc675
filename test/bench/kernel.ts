/**
 * The kernel beside simjs, which is SimPy's kind of kernel for JavaScript: so many entities, each of which waits
 * a random while, again and again.
 */
import { createRequire } from "node:module";
import { Simulation } from "../../src/engine/simulation.ts";
import type { Bench, Case, Run } from "./bench.ts";
import { cpuMs, draws } from "./statistics.ts";

const EVENTS = 200_000;
const WARM_UP = 50_000;
/** Waits are drawn up to this, ms: a minute. */
const LONGEST = 60_000;

function ours(entities: number, events: number): Run {
  const draw = draws();
  let [left, checksum] = [events, 0];
  const simulation: Simulation = new Simulation(({ subject }) => {
    checksum = (Math.imul(checksum, 31) + subject) | 0;
    left--;
    simulation.schedule(1 + (draw() % LONGEST), 0, 0, subject);
  });
  for (let i = 0; i < entities; i++) simulation.schedule(1 + (draw() % LONGEST), 0, 0, i);
  const start = cpuMs();
  while (left > 0) simulation.step();
  return { "events per CPU second": (events / (cpuMs() - start)) * 1000, checksum };
}

interface SimJsEntity {
  setTimer(duration: number): { done(action: () => void): unknown };
}

interface SimJs {
  readonly Entity: new () => SimJsEntity;
  readonly Sim: new () => {
    addEntity(kind: new () => SimJsEntity, name: string, id: number): unknown;
    simulate(until: number, events: number): unknown;
  };
}

/** Its package exports nothing in Node: it tells the page. */
function simJs(): SimJs {
  const page: { window?: { Sim?: SimJs } } = globalThis as { window?: { Sim?: SimJs } };
  page.window = {};
  createRequire(import.meta.url)("simjs");
  return page.window.Sim!;
}

function theirs({ Entity, Sim }: SimJs, entities: number, events: number): Run {
  const draw = draws();
  let checksum = 0;
  class Waiting extends Entity {
    id = 0;
    start(id: number): void {
      this.id = id;
      this.again();
    }
    again(): void {
      this.setTimer(1 + (draw() % LONGEST)).done(this.fire);
    }
    fire(): void {
      checksum = (Math.imul(checksum, 31) + this.id) | 0;
      this.again();
    }
  }
  const simulation = new Sim();
  for (let i = 0; i < entities; i++) simulation.addEntity(Waiting, `e${i}`, i);
  const start = cpuMs();
  simulation.simulate(Infinity, events);
  return { "events per CPU second": (events / (cpuMs() - start)) * 1000, checksum };
}

export const kernelBench: Bench = {
  title: "the kernel beside simjs",
  repetitions: 5,
  cases: [100, 10_000, 100_000].flatMap((size) =>
    ["rollsim", "simjs"].map((who) => ({ who, size })),
  ),
  equal: ["checksum"],
  measure({ who, size }: Case): Run {
    const run = who === "rollsim" ? ours : theirs.bind(undefined, simJs());
    run(100, WARM_UP);
    return run(size, EVENTS);
  },
};
