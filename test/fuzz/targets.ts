/**
 * What inputs are thrown at. A target answers how it went; it throws where rollsim was not clear: an exception
 * that is no answer, a world that never comes to rest, a polluted prototype.
 */
import { Cluster } from "../../src/cluster.ts";
import { isSchedule, ScheduleMismatch } from "../../src/controllers/schedule.ts";
import { runKubectl } from "../../src/kubectl/cluster-io.ts";
import { build } from "../../src/kubectl/kustomize/build.ts";
import { checkScenario } from "../../src/scenario/parse.ts";
import { formatProblem } from "../../src/scenario/problem.ts";
import { runScenario } from "../../src/scenario/run.ts";
import { web } from "../support/web.ts";

export type Outcome = "fine" | "refused";

/** Entries of a trace that no small input may need: a bound on work, not on time. */
const MOST_ENTRIES = 200_000;

export function readAndRun(text: string): Outcome {
  const { scenario, problems } = checkScenario(text, "fuzz.yaml", { readFile: () => undefined });
  for (const problem of problems) {
    if (!/^fuzz\.yaml:\d+:\d+: /.test(formatProblem(problem)))
      throw new Error(`no place: ${formatProblem(problem)}`);
  }
  unpolluted();
  if (scenario === undefined) {
    if (problems.length === 0) throw new Error("refused without a reason");
    return "refused";
  }
  if (tooLarge(scenario.manifests.map(({ object }) => object))) return "fine";
  const result = runScenario(scenario, { until: 20 * 60_000, readFile: () => undefined });
  if (result.trace.length > MOST_ENTRIES) throw new Error(`${result.trace.length} trace entries`);
  unpolluted();
  return "fine";
}

/** Work that was asked for: a million pods are no defect. */
function tooLarge(objects: readonly unknown[]): boolean {
  return objects.some((object) => {
    const { spec } = object as { spec?: { replicas?: unknown } };
    return typeof spec?.replicas === "number" && spec.replicas > 100;
  });
}

/** kubectl lines, one after the other on the same cluster; a schedule that does not fit is refused. */
export function typeLines(lines: readonly string[], schedule = "fresh"): Outcome {
  if (!isSchedule(schedule)) return "refused";
  try {
    return typeOn(lines, schedule);
  } catch (error) {
    if (error instanceof ScheduleMismatch) return "refused";
    throw error;
  }
}

/** A folder is built, or refused with a reason. */
export function kustomize(files: Readonly<Record<string, string>>): Outcome {
  const readFile = (path: string) => {
    const text = files[path];
    if (text !== undefined) return [{ name: path, text }];
    return path === "." ? [] : undefined;
  };
  const built = build(".", { readFile, warn: () => undefined });
  unpolluted();
  if (built.ok) return "fine";
  if (/^\s*$|undefined|\[object Object\]/u.test(built.error)) throw new Error(built.error);
  return "refused";
}

function typeOn(lines: readonly string[], schedule: string): Outcome {
  const cluster = new Cluster({ schedule });
  cluster.act("create", (api) => api.create(web(2)));
  cluster.runUntil(5_000);
  let outcome: Outcome = "fine";
  for (const line of lines) {
    let said = "";
    const print = (text: string): void => {
      said += text;
    };
    const streams = { readFile: () => undefined, out: print, err: print };
    const { code } = runKubectl(cluster, line, streams, { until: cluster.now + 60_000 });
    if (code !== 0) outcome = "refused";
    if (code !== 0 && said === "") throw new Error(`${line}: exit code ${code} without a word`);
    if (/\bat .*\.[jt]s:\d+|undefined|\[object Object\]/.test(said))
      throw new Error(`${line}: ${said}`);
  }
  cluster.runUntil(cluster.now + 60_000);
  if (cluster.trace.entries.length > MOST_ENTRIES) throw new Error("too much work");
  unpolluted();
  return outcome;
}

function unpolluted(): void {
  if ("polluted" in {}) throw new Error("Object.prototype was polluted");
}
