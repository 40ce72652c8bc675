import { defineConfig } from "vitest/config";
import { BaseSequencer } from "vitest/node";

/** Without results of an earlier run, files go by size: these small ones take longest, and would come last. */
const LONG = ["conformance/kubectl", "scenario/scenarios", "cli/cli", "models/rollout"];

class LongestFirst extends BaseSequencer {
  override async sort(
    files: Parameters<BaseSequencer["sort"]>[0],
  ): ReturnType<BaseSequencer["sort"]> {
    const sorted = await super.sort(files);
    const isLong = ({ moduleId }: (typeof files)[number]): boolean =>
      LONG.some((name) => moduleId.endsWith(`test/${name}.test.ts`));
    return [...sorted.filter((file) => isLong(file)), ...sorted.filter((file) => !isLong(file))];
  }
}

export default defineConfig({
  test: {
    // Vitest leaves a core free by default: of two that is half.
    maxWorkers: "100%",
    include: ["test/**/*.test.ts"],
    testTimeout: 60_000,
    pool: "threads",
    // No module keeps what could differ from run to run; to load each anew for every file takes half as long as the tests.
    isolate: false,
    sequence: { sequencer: LongestFirst },
  },
});
