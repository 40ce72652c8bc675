/** docs/failures.md: known ways in which rollouts fail, each played, and what rollsim explain says of it. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Canary } from "../../src/api/canary.ts";
import type { Rollout } from "../../src/api/rollout.ts";
import type { Cluster } from "../../src/cluster.ts";
import { sentence } from "../../src/controllers/decisions.ts";
import { assert } from "../../src/engine/assert.ts";
import type { KnownFailure } from "../../src/explain/known-failure.ts";
import { explainCanary, explainRollout } from "../../src/explain/operated.ts";
import { explainDeployment, type Explanation } from "../../src/explain/why.ts";
import { parseScenario } from "../../src/scenario/parse.ts";
import { clusterAt } from "../../src/scenario/run.ts";
import { savingsOf, type ScenarioSavings } from "../../src/scenario/savings.ts";
import type { Scenario } from "../../src/scenario/scenario.ts";
import { changesBetween } from "./changes.ts";
import { myths } from "./myths.ts";
import { toldStories, untoldStories } from "./stories.ts";
import type { Story } from "./story.ts";

const root = fileURLToPath(
  new URL(import.meta.url.includes(".build") ? "../../../" : "../../", import.meta.url),
);

const INTRO = `# Known failures

<!-- written by \`npm run docs\` from test/docs/stories-*.ts and the folder scenarios/ -->

Ways in which rollouts fail, collected from the issues of the projects concerned. Each is a pair of scenarios, one
that shows it and one that avoids it, with what \`rollsim explain\` says of the first; a test plays both. What has no
pair is said [at the end](#without-a-pair).
`;

/** Names of the two scenarios. */
export function pairOf({ name, broken = name, fixed = `${broken}-fixed` }: Story): {
  readonly broken: string;
  readonly fixed: string;
} {
  return { broken, fixed };
}

export function failuresPage(): string {
  return [
    INTRO,
    ...toldStories.flatMap(chapter),
    "## Without a pair",
    "",
    "| story | what one sees | why | here |",
    "| --- | --- | --- | --- |",
    ...untoldStories.map(
      ({ name, sees, why, issue, left, shown }) =>
        `| ${name} | ${sees} | ${why}${issueOf(issue)} | ${left}${shown === undefined ? "" : `; see ${link(shown)}`} |`,
    ),
    "",
    "## Said, and not so",
    "",
    "Each is refuted by a test: of the story named, or in test/docs/myths.test.ts.",
    "",
    "| said | so it is | story |",
    "| --- | --- | --- |",
    ...myths.map(({ claim, truth, shown }) => {
      const story = "story" in shown ? `[${shown.story}](#${shown.story})` : "";
      return `| ${claim} | ${truth} | ${story} |`;
    }),
    "",
  ].join("\n");
}

function chapter(story: Story): string[] {
  const { broken, fixed } = pairOf(story);
  const changes = settingsChanged(story);
  const changed =
    changes.length === 0 ? "" : `: ${changes.map((each) => `\`${each}\``).join(", ")}`;
  return [
    `## ${story.name}`,
    "",
    `${capital(story.sees)}. ${capital(story.why)}${issueOf(story.issue)}.`,
    "",
    ...doctorSays(story)
      .flatMap((line) => [`> ${line}`, ">"])
      .slice(0, -1),
    "",
    `[${broken}](../scenarios/${broken}.yaml), asked with \`rollsim explain scenarios/${broken}.yaml ${story.ask}\`.`,
    `Fixed in [${fixed}](../scenarios/${fixed}.yaml)${changed}.`,
    "",
  ];
}

/** Fields of manifests in which the fixed scenario differs from the broken one. */
export function settingsChanged(story: Story): string[] {
  const { broken, fixed } = pairOf(story);
  return changesBetween(textOf(broken), textOf(fixed));
}

/** The sentences of the story among what explain answers. */
function doctorSays({ name, says = [name], ...story }: Story): string[] {
  const { broken } = pairOf({ name, ...story });
  const points = answers(broken, story.ask);
  return says.map((begin) => {
    const found = points.find((point) => point.startsWith(begin));
    if (found === undefined)
      throw new Error(`${name}: explain ${story.ask} does not say "${begin}"`);
    return found;
  });
}

/** The known failures that explain names in a scenario. */
export function storiesSeen(name: string, ask: string): string[] {
  const explanations = deploymentsOf(playedTo(name, ask));
  return explanations.flatMap(({ failures }) => failures.map(({ story }) => story));
}

function playedTo(name: string, ask: string): Cluster {
  const seconds = /^--at (\d+)s$/u.exec(ask)?.[1];
  assert(seconds !== undefined, `${name}: explain is asked with --traffic or --at 90s, not ${ask}`);
  return clusterAt(scenarioOf(name), Number(seconds) * 1000, {});
}

function deploymentsOf(cluster: Cluster): Explanation[] {
  const all = cluster.api
    .list("deployments")
    .map(({ metadata: { namespace = "default", name } }) => {
      return explainDeployment(cluster, `${namespace}/${name}`);
    });
  return all.filter((each) => each !== undefined);
}

/** What `rollsim explain` answers about a scenario of the project, point by point. */
function answers(name: string, ask: string): string[] {
  if (ask === "--traffic") return trafficAnswers(savingsOf(scenarioOf(name), {}));
  const cluster = playedTo(name, ask);
  const operated = [
    ...(cluster.api.list("rollouts") as readonly Rollout[]).map((each) =>
      explainRollout(cluster, each),
    ),
    ...(cluster.api.list("canaries") as readonly Canary[]).map((each) =>
      explainCanary(cluster, each),
    ),
  ];
  const deployments = deploymentsOf(cluster);
  return [
    ...operated.flatMap(({ facts }) => facts),
    ...operated.flatMap(({ decisions }) => decisions.map((each) => `${each.id}: ${each.sentence}`)),
    ...deployments.flatMap(({ decisions }) =>
      decisions.map((each) => `${each.id}: ${sentence(each)}`),
    ),
    ...[...operated, ...deployments].flatMap(({ wouldHelp }) => wouldHelp),
    ...deployments.flatMap(({ failures }) => failures.map(failureText)),
  ];
}

function failureText({ story, says, better }: KnownFailure): string {
  return `${story}: ${says}. **Better:** ${better}.`;
}

function trafficAnswers({ traffic, leastPreStop }: ScenarioSavings): string[] {
  const least =
    leastPreStop === undefined
      ? []
      : [
          `The least preStop sleep that loses nothing is ${leastPreStop.seconds}s; with ` +
            `${leastPreStop.seconds - 1}s ${leastPreStop.lostWithLess} requests are lost.`,
        ];
  const changes = traffic.flatMap(({ base, savings }) =>
    savings.map(({ change, saved, faster }) => {
      const failed = base.failed === 0 ? "" : `saves ${saved} of ${base.failed} failed requests`;
      const slow = base.slow === 0 ? "" : `makes ${faster} of ${base.slow} slow answers fast`;
      return `${change}: ${[failed, slow].filter((part) => part !== "").join(", ")}.`;
    }),
  );
  return [...least, ...changes];
}

function scenarioOf(name: string): Scenario {
  return parseScenario(textOf(name), `scenarios/${name}.yaml`);
}

function textOf(name: string): string {
  return readFileSync(`${root}scenarios/${name}.yaml`, "utf8");
}

function issueOf(issue: string | undefined): string {
  return issue === undefined ? "" : ` (${issue})`;
}

function link(name: string): string {
  return `[${name}](../scenarios/${name}.yaml)`;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
