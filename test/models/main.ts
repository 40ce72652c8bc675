// `npm run check:models`: the counter model against SPIN, and, with `-- --large`, the rows of the
// table that take minutes.
import process, { argv, stdout } from "node:process";
import { check } from "../../src/verify/check.ts";
import { exploration } from "../../src/verify/explore.ts";
import { exploreTogether } from "../../src/verify/explore-together.ts";
import { exploreRollout } from "../../src/verify/explore-verdicts.ts";
import { endingsTogether } from "../../src/verify/together-endings.ts";
import { rolloutModel } from "./rollout.ts";
import { exploredRows, largeRows, togetherRows } from "./rows.ts";
import { compareAndPrint } from "./spin-compare.ts";

function print(line: string): void {
  stdout.write(`${line}\n`);
}

function countLargeRows(): boolean {
  let equal = true;
  for (const { name, config, states } of Object.values(largeRows)) {
    for (const creation of ["create ends", "create goes on"] as const) {
      const expectedStates = states[creation];
      const found = check(rolloutModel({ ...config, creation }), [], { expectedStates });
      const perState = (found.bytes / found.states).toFixed(1);
      const same = found.exhausted && found.states === expectedStates;
      equal &&= same;
      print(
        `${same ? "as pinned, without SPIN" : `DIFFERENT (pinned ${expectedStates})`}  ${name}, ${creation}: ` +
          `${found.states} states, ${perState} bytes a state, depth ${found.depth}`,
      );
    }
  }
  return equal;
}

/** The real code to the end, with all that may happen: as many states as pinned, and no promise broken. */
function exploreRows(): boolean {
  let fine = true;
  for (const { name, config, states } of exploredRows) {
    const found = exploreRollout(config);
    const broken = found.laws.filter(({ holds, missing }) => !holds && missing.length === 0);
    const same = found.exhausted && found.states === states;
    fine &&= same && broken.length === 0;
    const verdict = same ? "as pinned" : `DIFFERENT (pinned ${states})`;
    const laws = broken.map(({ id }) => ` BROKEN: ${id}`).join("");
    print(`${verdict}  ${name}: ${found.states} states, ${found.steps} steps deep${laws}`);
  }
  return fine;
}

/** The same, of states that are too many to look at one by one. */
function exploreTogetherRows(): boolean {
  let fine = true;
  for (const { name, config, states } of togetherRows) {
    const model = exploration(config);
    const explored = exploreTogether(model, Infinity)!;
    const found = explored.states;
    const { acyclic } = endingsTogether(model, explored);
    fine &&= found === states && acyclic;
    const verdict = found === states ? "as pinned" : `DIFFERENT (pinned ${states})`;
    const circles = acyclic ? "none goes round" : "MAY GO ROUND";
    print(`${verdict}  ${name}: ${found} states, ${circles}`);
  }
  return fine;
}

const spinAgrees = compareAndPrint(print);
const isLarge = argv.includes("--large");
const largeAgree = isLarge ? countLargeRows() && exploreRows() && exploreTogetherRows() : true;
process.exitCode = spinAgrees && largeAgree ? 0 : 1;
