/**
 * `npm run fuzz -- COUNT [SEED]`: throws COUNT inputs of each kind at rollsim (default 25,000 of six kinds).
 * Ends with `N inputs, M unclear answers`; each unclear one is shown with its seed, shrunk. How far it is stands on
 * stderr.
 */
import fc from "fast-check";
import { bytes, kubectlLine, oddKubectlLine, scenarioText, scheduleText } from "./inputs.ts";
import { kustomizedFiles } from "./kustomizations.ts";
import { kustomize, readAndRun, typeLines } from "./targets.ts";

/** After a warm-up, memory may not grow by more than this, in MB. */
const MOST_GROWTH_MB = 200;

function main(count: number, seed: number): number {
  const kinds = {
    scenarios: fc.property(scenarioText, (text) => void readAndRun(text)),
    bytes: fc.property(bytes, (text) => void readAndRun(text)),
    schedules: fc.property(scheduleText, (schedule) => {
      typeLines(["kubectl set image deploy/web web=web:v2"], schedule);
    }),
    kubectl: fc.property(fc.array(kubectlLine, { minLength: 1, maxLength: 4 }), (lines) => {
      typeLines(lines);
    }),
    kustomizations: fc.property(kustomizedFiles, (files) => void kustomize(files)),
    keys: fc.property(fc.array(oddKubectlLine, { minLength: 1, maxLength: 3 }), (lines) => {
      typeLines(lines);
    }),
  };
  let unclear = 0;
  let total = 0;
  let warm = 0;
  for (let done = 0, round = 0; done < count; round++) {
    const numRuns = Math.min(500, count - done);
    for (const [kind, property] of Object.entries(kinds)) {
      const result = fc.check(property as fc.IProperty<unknown>, { seed: seed + round, numRuns });
      total += result.numRuns;
      if (!result.failed) continue;
      unclear++;
      const error = result.errorInstance;
      const why = error instanceof Error ? (error.stack ?? error.message) : String(error);
      const input = JSON.stringify(result.counterexample);
      process.stdout.write(`${kind}, seed ${seed + round}: ${input}\n  ${why}\n`);
    }
    done += numRuns;
    process.stderr.write(`${total} inputs so far\n`);
    globalThis.gc?.();
    const used = process.memoryUsage().heapUsed / 1e6;
    if (round === 2) warm = used;
    else if (round > 2 && globalThis.gc !== undefined && used > warm + MOST_GROWTH_MB) {
      process.stdout.write(`memory grew from ${warm.toFixed()} to ${used.toFixed()} MB\n`);
      unclear++;
      break;
    }
  }
  process.stdout.write(`${total} inputs, ${unclear} unclear answers\n`);
  return unclear === 0 ? 0 : 1;
}

const [count = "25000", seed = "1"] = process.argv.slice(2);
process.exitCode = main(Number(count), Number(seed));
