/**
 * `npm run conformance:validation -- FILE.json`: plays every recorded input against the API server and
 * shows every difference. Without a file: the copy in data/. Exit code 1 when anything differs.
 */
import { fileURLToPath } from "node:url";
import { differences } from "./validation-compare.ts";
import { leftOut } from "./validation-left-out.ts";
import { play, readCases } from "./validation-play.ts";

/** From .build/test/conformance back to the sources. */
const recordedCases = fileURLToPath(
  new URL("../../../test/conformance/data/validation.json.gz", import.meta.url),
);

function main(file: string | undefined): number {
  const cases = readCases(file ?? recordedCases);
  for (const { title, reason, covers } of leftOut) {
    const names = cases.filter(covers).map(({ name }) => name);
    if (names.length > 0) console.log(`left out, ${title} (${reason}): ${names.join("; ")}`);
  }
  const judged = cases.filter((each) => !leftOut.some(({ covers }) => covers(each)));
  const differing = judged.flatMap((recorded) => {
    const lines = differences(recorded, play(recorded));
    return lines.length === 0 ? [] : [{ recorded, lines }];
  });
  for (const { recorded, lines } of differing) {
    console.log(`--- ${recorded.group}: ${recorded.name} (kubectl ${recorded.command})`);
    for (const line of lines) console.log(`    ${line}`);
  }
  console.log(`${judged.length} cases, ${differing.length} differences`);
  return differing.length === 0 ? 0 : 1;
}

process.exitCode = main(process.argv[2]);
