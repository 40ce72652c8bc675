/**
 * The checker and SPIN on the same model, the row of 12,727,900 states. Both get a table of fitting size, judge no
 * property and keep no trace.
 */
import { check } from "../../src/verify/check.ts";
import type { RolloutConfig } from "../models/config.ts";
import { rolloutModel } from "../models/rollout.ts";
import { largeRows } from "../models/rows.ts";
import { buildPan, spinIsMissing } from "../models/spin.ts";
import type { Bench, Case, Run } from "./bench.ts";
import { cpuMs } from "./statistics.ts";

const row = largeRows.twelveMillion;
const config: RolloutConfig = { ...row.config, creation: "create ends" };
const expectedStates = row.states["create ends"];

function ours(): Run {
  const idle = process.resourceUsage().maxRSS;
  const model = rolloutModel(config);
  const [startCpu, start] = [cpuMs(), performance.now()];
  const { states } = check(model, [], { expectedStates });
  return {
    "states per CPU second": (states / (cpuMs() - startCpu)) * 1000,
    "states per second": (states / (performance.now() - start)) * 1000,
    "bytes a state": ((process.resourceUsage().maxRSS - idle) * 1024) / states,
    states,
  };
}

function spin(): Run | undefined {
  if (spinIsMissing() !== undefined) return undefined;
  const pan = buildPan(config, { tableBits: 25 });
  try {
    const { states, seconds, cpuSeconds } = pan.run();
    return {
      "states per CPU second": states / cpuSeconds,
      "states per second": states / seconds,
      states,
    };
  } finally {
    pan.remove();
  }
}

export const checkerBench: Bench = {
  title: "the checker beside SPIN",
  repetitions: 3,
  cases: ["rollsim", "SPIN"].map((who) => ({ who, size: expectedStates })),
  equal: ["states"],
  measure: ({ who }: Case) => (who === "rollsim" ? ours() : spin()),
};
