// `npm run check:models`: the counter model against SPIN, and, with `-- --large`, the rows of the
// table that take minutes.
import process, { argv, stdout } from "node:process";
import { check } from "../../src/verify/check.ts";
import { rolloutModel } from "./rollout.ts";
import { largeRows } from "./rows.ts";
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

const spinAgrees = compareAndPrint(print);
const largeAgree = argv.includes("--large") ? countLargeRows() : true;
process.exitCode = spinAgrees && largeAgree ? 0 : 1;
