/** `rollsim verify`: what holds of a Deployment's rollout in every interleaving, and what does not. */
import type { Deployment } from "../api/apps.ts";
import { stateLaws } from "../verify/properties.ts";
import { checkRollout } from "../verify/check-rollout.ts";
import { counterexampleTo, manifestOf } from "../verify/counterexample.ts";
import type { ExploreConfig } from "../verify/explore-config.ts";
import { podsCeiling } from "../verify/explore-laws.ts";
import { sizesOf } from "../verify/explore-sizes.ts";
import type { FailedRun } from "../verify/failed-run.ts";
import type { Claim } from "../verify/claim.ts";
import {
  exploreWhatFits,
  STATE_LIMIT,
  type Explored,
  type ExploredLaw,
} from "../verify/explore-verdicts.ts";
import { underMargin, wordWrap } from "../kubectl/word-wrap.ts";
import { exitCodes, UsageError, type CliIo, type ExitCode } from "./io.ts";
import { deploymentOf } from "./one-deployment.ts";
import { oneScenario } from "./one-scenario.ts";
import { statesOn } from "./progress.ts";

export interface VerifyArguments {
  readonly file?: string | undefined;
  /** Which of the file's Deployments, as in deployment/web; may be left out where there is one. */
  readonly object?: string | undefined;
  readonly replicas?: string | undefined;
  readonly surge?: string | undefined;
  readonly unavailable?: string | undefined;
  readonly minReady?: boolean | undefined;
  /** Pods of new templates never turn ready. */
  readonly badImage?: boolean | undefined;
  readonly revisions?: string | undefined;
  readonly allow?: string | undefined;
  readonly scaleTo?: string | undefined;
  /** How often users and faults act in all. */
  readonly actions?: string | undefined;
  /** The most to look at. */
  readonly states?: string | undefined;
  /** A law or claim: print a scenario that breaks it, and nothing else. */
  readonly scenario?: string | undefined;
  readonly output: "text" | "json";
}

const allowed = ["undo", "scale", "pause", "fail", "lag"] as const;
type Allowed = (typeof allowed)[number];

export function verify(args: VerifyArguments, io: CliIo): ExitCode {
  const given = args.file === undefined ? undefined : deploymentIn(args.file, args.object, io);
  if (given === "refused") return exitCodes.usage;
  const allow = allowOf(args.allow);
  const config = configOf(args, given, allow);
  const stateLimit = statesOf(args.states);
  if (args.scenario !== undefined) {
    return printScenario(args.scenario, config, { allow, stateLimit }, io);
  }
  const progress = statesOn(io);
  const options = { stateLimit, onStates: progress.at };
  const explored = asked(() => exploreWhatFits(config, options));
  progress.end();
  const json = `${JSON.stringify(explored, undefined, 2)}\n`;
  const about = given === undefined ? "" : `deployment/${given.metadata.name}: `;
  io.out.write(args.output === "json" ? json : textOf(about, explored));
  const isBroken = explored.laws.some(({ holds, missing }) => !holds && missing.length === 0);
  return isBroken ? exitCodes.failed : exitCodes.fine;
}

/** What does not fit is the user's mistake. */
function asked<T>(question: () => T, claim = ""): T {
  try {
    return question();
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    const isLack = error.message.startsWith(`${claim} shows where`);
    throw new UsageError(`${error.message}${isLack ? `; add ${NEEDS[claim]}` : ""}`);
  }
}

/** What makes a claim fail. */
const NEEDS: Readonly<Record<string, string>> = {
  CE1: "--allow undo",
  CE2: "--min-ready",
  CE3: "--allow scale",
  CE4: "--allow lag",
  CE5: "--allow fail --revisions 3",
  CE6: "--allow pause",
  CE7: "--scale-to",
};

function deploymentIn(path: string, wanted: string | undefined, io: CliIo): Deployment | "refused" {
  const read = oneScenario("verify", path, io);
  if (read === undefined) return "refused";
  const { scenario, readFile } = read;
  const found = deploymentOf(scenario, wanted, readFile);
  if (found.spec.strategy.type === "Recreate") {
    throw new UsageError(`${scenario.file}: strategy Recreate; verify explores RollingUpdate`);
  }
  if (found.spec.paused === true) {
    throw new UsageError(
      `${scenario.file}: paused, so no rollout begins; --allow pause explores pauses`,
    );
  }
  return found;
}

function allowOf(list = ""): readonly Allowed[] {
  return list
    .split(",")
    .filter((word) => word !== "")
    .map((word) => {
      const known = allowed.find((name) => name === word);
      if (known !== undefined) return known;
      throw new UsageError(`--allow: got ${word}; use ${allowed.join(", ")}`);
    });
}

function configOf(
  args: VerifyArguments,
  given: Deployment | undefined,
  allow: readonly Allowed[],
): ExploreConfig {
  const rolling = given?.spec.strategy.rollingUpdate;
  const replicas = whole(args.replicas, "--replicas") ?? given?.spec.replicas ?? 4;
  const revisions = whole(args.revisions, "--revisions") ?? 3;
  if (revisions !== 2 && revisions !== 3) throw new UsageError("--revisions: use 2 or 3");
  const isSlow = args.minReady === true || (given?.spec.minReadySeconds ?? 0) > 0;
  const mayScale = allow.includes("scale") || args.scaleTo !== undefined;
  return {
    replicas,
    surge: bound(args.surge, "--surge") ?? rolling?.maxSurge ?? "25%",
    unavailable: bound(args.unavailable, "--unavailable") ?? rolling?.maxUnavailable ?? "25%",
    revisions,
    minReady: isSlow ? "positive" : "zero",
    ...(args.badImage === true ? { newPods: "never ready" } : {}),
    ...(allow.includes("undo") ? { direction: "forward or back", changes: revisions } : {}),
    ...(mayScale ? { scaleTo: whole(args.scaleTo, "--scale-to") ?? halfOf(replicas) } : {}),
    ...(allow.includes("pause") ? { pause: "once" } : {}),
    ...(allow.includes("fail") ? { faults: 1 } : {}),
    ...(allow.includes("lag") ? { cache: "lagging" } : {}),
    ...(args.actions === undefined ? {} : { actions: whole(args.actions, "--actions")! }),
  };
}

/** Of none there is no half to scale to. */
function halfOf(replicas: number): number {
  return replicas === 0 ? 1 : Math.floor(replicas / 2);
}

function statesOf(text: string | undefined): number {
  if (text === undefined) return STATE_LIMIT;
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw new UsageError(`--states: got ${text}; use a whole number from 1 to 999999999`);
}

function whole(text: string | undefined, flag: string): number | undefined {
  if (text === undefined) return undefined;
  if (!/^\d{1,4}$/.test(text)) throw new UsageError(`${flag}: got ${text}; use a whole number`);
  return Number(text);
}

function bound(text: string | undefined, flag: string): number | string | undefined {
  if (text === undefined) return undefined;
  if (/^\d{1,3}%$/.test(text)) return text;
  if (/^\d{1,4}$/.test(text)) return Number(text);
  throw new UsageError(`${flag}: got ${text}; use a whole number or a percentage such as 25%`);
}

/** The shortest way, played; where no cluster can follow it, a run that is found at random. */
function printScenario(
  law: string,
  config: ExploreConfig,
  { allow, stateLimit }: { readonly allow: readonly Allowed[]; readonly stateLimit: number },
  io: CliIo,
): ExitCode {
  const found = asked(() => counterexampleTo(law, config, { stateLimit }), law);
  if (found === undefined) {
    io.err.write(`${law} holds in all states that were explored: there is no counterexample.\n`);
    return exitCodes.failed;
  }
  if (found.scenario !== undefined) {
    io.out.write(found.scenario);
    return exitCodes.fine;
  }
  const failure = searchFor(found.law, config, allow);
  if (failure === undefined) {
    const tried =
      playable(found.law) === undefined ? "" : `; ${RUNS} runs played at random do not break it`;
    io.err.write(
      `${law} is broken after ${found.witness.length - 1} steps, in an order that one cache cannot hear of${tried}.\n`,
    );
    return exitCodes.failed;
  }
  const steps = found.witness.length - 1;
  io.out.write(
    `# The shortest way, ${steps} steps, is an order that one cache cannot hear of. Found by playing at random,\n` +
      `# with updates of its own:\n${failure.scenario}`,
  );
  return exitCodes.fine;
}

const RUNS = 400;

/** What runs can be judged by; undefined for laws about single syncs, and about endings. */
function playable(law: string): string | Claim | undefined {
  if (law === podsCeiling.id) return podsCeiling;
  return stateLaws.find(({ id }) => id === law)?.id;
}

function searchFor(
  law: string,
  config: ExploreConfig,
  allow: readonly Allowed[],
): FailedRun | undefined {
  const judged = playable(law);
  if (judged === undefined) return undefined;
  const { failure } = checkRollout(manifestOf(config), {
    runs: RUNS,
    laws: [judged],
    allow,
    actions: config.revisions,
  });
  return failure?.breach.law === law ? failure : undefined;
}

function textOf(about: string, explored: Explored): string {
  const { config, exhausted, laws } = explored;
  const lines = laws.flatMap((law) => verdictLines(law, exhausted ? "all" : "the explored"));
  const broken = laws.find(({ witness }) => witness !== undefined);
  const hint =
    broken === undefined ? "" : `\n--scenario ${broken.id} prints its way for rollsim run.\n`;
  const head = wordWrap(`${about}${headOf(config)}: ${reachOf(explored)}`, 80);
  return `${head}\n\n${lines.join("\n")}\n${hint}`;
}

function reachOf({ states, exhausted, steps, beyond, oneByOne }: Explored): string {
  const part = (some: Pick<Explored, "states" | "steps">): string =>
    `the first ${counted(some.states)} states explored, every way of up to ${some.steps} steps`;
  const advice =
    "what holds there may fail on a longer one; look at more with --states, or use fewer replicas, revisions, or --allow less";
  if (!exhausted) return `only ${part({ states, steps })}: ${advice}`;
  const apart = oneByOne === undefined ? "" : `, ${counted(oneByOne.states)} of them one by one`;
  const all = `all ${counted(states)} states explored${apart}`;
  if (beyond === undefined) return all;
  return `${all}\nWith more actions, only ${part(beyond)}; look at more with --states or --actions.`;
}

function counted(count: number): string {
  return count.toLocaleString("en-US");
}

function headOf(config: ExploreConfig): string {
  const { replicas, surge, unavailable, revisions, minReady, newPods, actions } = config;
  const resolved = sizesOf(config)[0]!;
  const bound = (given: number | string, pods: number): string =>
    String(given) === String(pods) ? String(pods) : `${given} (${pods})`;
  return [
    `replicas ${replicas}`,
    `maxSurge ${bound(surge, resolved.surge)}`,
    `maxUnavailable ${bound(unavailable, resolved.unavailable)}`,
    ...(minReady === "positive" ? ["minReadySeconds above 0"] : []),
    `${revisions} revisions`,
    ...(newPods === "never ready" ? ["new pods never ready"] : []),
    ...(actions === undefined
      ? []
      : [`at most ${actions} ${actions === 1 ? "action" : "actions"} of users and faults`]),
  ].join(", ");
}

/** The first line of a verdict, the rest of it under a margin. */
function headLines(words: string): string[] {
  const [first = "", ...rest] = wordWrap(words, 74).split("\n");
  return [first, ...rest.map((line) => `      ${line}`)];
}

function verdictLines(law: ExploredLaw, which: string): string[] {
  const { id, name, statement, missing, holds, occasions, witness = [], knownAs } = law;
  const margin = " ".repeat(6);
  const words = statement === name ? [] : underMargin(statement, margin);
  const lacks = missing.flatMap((lack) => underMargin(`not given: ${lack}`, margin));
  const seen = `${counted(occasions)} ${occasions === 1 ? "occasion" : "occasions"}${law.counted === undefined ? "" : " or more"}`;
  if (holds) {
    const test = occasions === 0 ? "never put to the test" : `holds in ${which} states; ${seen}`;
    return [...headLines(`${id} ${name}: ${test}`), ...words, ...lacks];
  }
  const label = knownAs === undefined || knownAs === id ? "" : ` (${knownAs})`;
  const verdict =
    missing.length === 0 ? "BROKEN, and should hold" : "does not hold, nor is it promised";
  const steps = witness.flatMap(({ action, state }, i) => [
    `  ${String(i).padStart(4)} ${action}`,
    ...underMargin(state, `${margin} `),
  ]);
  const count = witness.length - 1;
  const length = `shortest way, ${count} ${count === 1 ? "step" : "steps"}:`;
  const often = `breached on ${law.breaches.toLocaleString("en-US")} of ${seen}`;
  return [
    ...headLines(`${id} ${name}: ${verdict}${label}; ${often}`),
    ...words,
    ...lacks,
    ...(witness.length === 0 ? [] : [`      ${length}`, ...steps]),
  ];
}
