/**
 * Finds schedules for recorded timelines: `node timelines-search.js FOLDER [SCENARIO...]`, FOLDER holding
 * SCENARIO.jsonl.gz as recorded. Goes turn by turn; a turn whose facts are not the recorded ones is tried
 * again by other chances, and where none helps, the turns before it too. Writes data/timelines.json.
 */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { Cluster, type Snapshot } from "../../src/cluster.ts";
import { Random } from "../../src/engine/random.ts";
import type { RecordedCommand } from "./kubectl-recording.ts";
import {
  FactFinder,
  newCluster,
  snapshotOf,
  turn,
  writingCommands,
  type Fact,
  type Timeline,
} from "./timelines.ts";
import { DATA, readLines } from "./trace-file.ts";

interface WatchEvent {
  readonly type: string;
  readonly kind: string;
  readonly name: string;
  readonly rv: string;
  readonly replicas?: number;
  readonly conditions?: readonly { type: string; status: string; reason: string }[];
}

/** A place in the search: a world, what it has gone through, and how often it was left. */
interface Place {
  readonly world: Snapshot;
  readonly waiting: readonly RecordedCommand[];
  readonly finder: FactFinder;
  readonly found: number;
  readonly moves: string;
  tries: number;
}

const SCENARIOS = ["tutorial-3", "tutorial-4", "proportional", "recreate", "deadline"];
const TRIES_PER_PLACE = 10;
const FURTHEST_BACK = 24;
const TRIES = 60_000;
const SEEDS = 12;

function recordedFacts(file: string): Fact[] {
  const events = (readLines(file) as WatchEvent[])
    .filter(({ kind, type }) => /^(ReplicaSet|Deployment)$/.test(kind) && type !== "DELETED")
    .toSorted((a, b) => Number(a.rv) - Number(b.rv));
  const finder = new FactFinder();
  return events.flatMap(({ kind, name, replicas = 0, conditions = [] }) => {
    const fact =
      kind === "ReplicaSet" ? finder.resized(name, replicas) : finder.conditions(conditions);
    return fact === undefined ? [] : [fact];
  });
}

function search(scenario: string, facts: readonly Fact[], seed: string): Timeline | number {
  const places: Place[] = [
    {
      world: snapshotOf(newCluster(seed, "random")),
      waiting: writingCommands(scenario),
      finder: new FactFinder(),
      found: 0,
      moves: "",
      tries: 0,
    },
  ];
  let furthest = 0;
  let stuck = 0;
  for (let attempt = 0; attempt < TRIES && places.length > 0; attempt++) {
    const place = places.at(-1)!;
    if (place.tries++ > TRIES_PER_PLACE) {
      // What went wrong may lie some turns back: now a few are given up, now more.
      stuck++;
      places.splice(Math.max(1, places.length - 1 - (stuck % FURTHEST_BACK)));
      places.at(-1)!.tries = 0;
      continue;
    }
    const next = tryOnce(place, facts, `${seed}/${attempt}`);
    if (next === undefined) continue;
    furthest = Math.max(furthest, next.found);
    if (next.found === facts.length) return { scenario, facts, seed, moves: next.moves };
    places.push(next);
  }
  return furthest;
}

function tryOnce(place: Place, facts: readonly Fact[], chance: string): Place | undefined {
  const random = new Random(chance);
  random.next("schedule", 2);
  const { schedule } = random.save().streams;
  const { world } = place;
  const streams = { ...world.random.streams, schedule: schedule! };
  const cluster = Cluster.restore({ ...world, random: { ...world.random, streams } });
  const waiting = [...place.waiting];
  const finder = new FactFinder(place.finder);
  const { facts: fresh, more } = turn(cluster, waiting, finder);
  const found = place.found + fresh.length;
  const wanted = facts.slice(place.found, found);
  if (fresh.some((fact, i) => fact !== wanted[i]) || (!more && found < facts.length)) {
    return undefined;
  }
  return {
    world: snapshotOf(cluster),
    waiting,
    finder,
    found,
    moves: cluster.playedSchedule,
    tries: 0,
  };
}

function main(folder: string, asked: readonly string[]): void {
  const target = `${DATA}timelines.json`;
  const known = existsSync(target) ? (JSON.parse(readFileSync(target, "utf8")) as Timeline[]) : [];
  for (const scenario of asked.length > 0 ? asked : SCENARIOS) {
    const facts = recordedFacts(`${folder}/${scenario}.jsonl.gz`);
    for (let i = 0; i < SEEDS; i++) {
      const result = search(scenario, facts, `timeline-${i}`);
      const how = typeof result === "number" ? `${result} of` : "all";
      process.stdout.write(`${scenario} seed ${i}: ${how} ${facts.length} facts\n`);
      if (typeof result === "number") {
        if (result < facts.length) process.stdout.write(`  next: ${facts[result]}\n`);
        continue;
      }
      const others = known.filter((timeline) => timeline.scenario !== scenario);
      known.splice(0, known.length, ...others, result);
      writeFileSync(target, `${JSON.stringify(known, undefined, 1)}\n`);
      break;
    }
  }
}

main(process.argv[2]!, process.argv.slice(3));
