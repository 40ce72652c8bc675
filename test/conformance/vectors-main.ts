/**
 * `npm run conformance:vectors -- FILE...`: single syncs of the real controllers against `reconcile(view)`.
 * Ends with `N cases, M differences`, exit code 0 or 1.
 */
import { readdirSync } from "node:fs";
import { options, readLines, DATA } from "./trace-file.ts";
import { checkVector, type Vector } from "./vectors.ts";

function defaultFiles(): string[] {
  return readdirSync(DATA)
    .filter((name) => /^vectors.*\.jsonl\.gz$/.test(name))
    .map((name) => `${DATA}${name}`);
}

function main(args: readonly string[]): number {
  const { files, only, limit } = options(args);
  let cases = 0;
  let different = 0;
  for (const file of files.length > 0 ? files : defaultFiles()) {
    for (const [index, vector] of (readLines(file) as Vector[]).entries()) {
      const name = `${vector.controller} ${vector.key} #${index + 1}`;
      if ((only !== undefined && only !== String(index + 1)) || cases >= limit) continue;
      cases++;
      const differences = checkVector(vector);
      if (differences.length === 0) continue;
      different++;
      process.stdout.write(
        `${file.split("/").at(-1)} ${name} at ${vector.now} (replay: --case=${index + 1})\n`,
      );
      for (const difference of differences.slice(0, 12)) process.stdout.write(`  ${difference}\n`);
    }
  }
  process.stdout.write(`${cases} cases, ${different} differences\n`);
  return different === 0 ? 0 : 1;
}

process.exitCode = main(process.argv.slice(2));
