// Compares the checker with SPIN on the Promela twin: numbers of states, verdicts, and lengths of
// shortest counterexamples. Where spin or gcc is missing it says so, loudly, and compares nothing.
import { check } from "../../src/verify/check.ts";
import { goalOf, shortestTrace } from "../../src/verify/trace.ts";
import { claims } from "./claims.ts";
import { claim } from "./judged.ts";
import type { Creation } from "./law.ts";
import { rolloutModel } from "./rollout.ts";
import type { RolloutConfig } from "./config.ts";
import { rows } from "./rows.ts";
import type { Row, RowConfig } from "./rows.ts";
import { runSpin, spinIsMissing } from "./spin.ts";

export interface Comparison {
  readonly what: string;
  readonly ours: number | undefined;
  readonly spins: number | undefined;
}

const creations: readonly Creation[] = ["create ends", "create goes on"];

/** Configurations beside the table's: switches that no row turns on. */
const more: Readonly<Record<string, RowConfig>> = {
  "3/1/0 with a lagging cache, second writes land": {
    ...rows.stale.config,
    secondWrite: "lands",
  },
  "4/1/1 without the status guard": {
    replicas: 4,
    surge: 1,
    unavailable: 1,
    sets: 3,
    changes: 2,
    mutant: "no guard: an old set may grow in cleanup",
  },
  "3 to 6 at 25%/25%": { ...rows.scaling.config, replicas: 3, scaleTo: 6 },
  "4 to 2 at 1/1, 3 sets": {
    replicas: 4,
    scaleTo: 2,
    surge: 1,
    unavailable: 1,
    sets: 3,
    changes: 2,
  },
};

function states(name: string, config: RolloutConfig): Comparison {
  return {
    what: `${name}, ${config.creation}: states`,
    ours: check(rolloutModel(config)).states,
    spins: runSpin(config).states,
  };
}

/** Steps of the shortest counterexample; undefined where the claim holds. */
function counterexample(
  name: string,
  config: RolloutConfig,
  about: Pick<(typeof claims)[number], "says" | "holds" | "promela">,
): Comparison {
  const model = rolloutModel(config);
  const trace = shortestTrace(model, goalOf(claim(model, about.says, about.holds)));
  return {
    what: `${name}, ${config.creation}: shortest counterexample`,
    ours: trace === undefined ? undefined : trace.length - 1,
    spins: runSpin(config, { holds: about.promela, search: "breadth" }).breachedAfter,
  };
}

/** Every comparison, one after another, as they are made; about half a minute in all. */
function* compareWithSpin(): Generator<Comparison> {
  const all: readonly Row[] = Object.values(rows);
  for (const creation of creations) {
    for (const { name, config } of all) yield states(name, { ...config, creation });
    for (const [name, config] of Object.entries(more)) yield states(name, { ...config, creation });
    for (const folk of claims) {
      yield counterexample(
        `${folk.id} at ${folk.row.name}`,
        { ...folk.row.config, creation },
        folk,
      );
    }
    // Where a claim holds, both must say so.
    for (const row of [rows.single, rows.rollover]) {
      const floor = claims.find(({ promela }) => promela === "PODS_FLOOR")!;
      yield counterexample(`floor at ${row.name}`, { ...row.config, creation }, floor);
    }
  }
}

/** Prints the comparison; false if something differs. True, with a warning, if SPIN is missing. */
export function compareAndPrint(print: (line: string) => void): boolean {
  const missing = spinIsMissing();
  if (missing !== undefined) {
    print(`NOT COMPARED WITH SPIN: ${missing} (Debian: apt-get install spin gcc)`);
    return true;
  }
  let equal = true;
  let count = 0;
  for (const { what, ours, spins } of compareWithSpin()) {
    const same = ours === spins;
    equal &&= same;
    count++;
    const found = ours === undefined ? "none" : String(ours);
    print(same ? `same  ${what}: ${found}` : `DIFFERENT  ${what}: ours ${found}, SPIN ${spins}`);
  }
  print(`${count} comparisons with SPIN, ${equal ? "all the same" : "some DIFFERENT"}`);
  return equal;
}
