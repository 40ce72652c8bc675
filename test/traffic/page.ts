/** docs/zero-downtime.md: one rolling update under load, and what each setting saves of it. */
import { readFileSync } from "node:fs";
import { Cluster } from "../../src/cluster.ts";
import { savingsReport } from "../../src/report/savings.ts";
import { parseScenario } from "../../src/scenario/parse.ts";
import { savingsOf } from "../../src/scenario/savings.ts";
import { failureCauses, slowCauses } from "../../src/traffic/causes.ts";
import type { LedgerSnapshot } from "../../src/traffic/ledger.ts";
import { savings } from "../../src/traffic/savings.ts";
import { nearestSplit } from "../../src/traffic/split.ts";

const second = 1000;

/** What a setting makes of the world. */
interface Setting {
  readonly preStop?: number;
  readonly readyAfter?: number;
  readonly surge?: number;
  readonly unavailable?: number;
  readonly retries?: number;
}

interface Change {
  readonly name: string;
  readonly setting: Setting;
}

const changes: readonly Change[] = [
  { name: "a readiness probe that waits for the socket", setting: { readyAfter: 4 } },
  { name: "a `preStop` sleep of 1 s", setting: { preStop: 1 } },
  { name: "a `preStop` sleep of 3 s", setting: { preStop: 3 } },
  { name: "`maxUnavailable: 0`, `maxSurge: 2`", setting: { surge: 2, unavailable: 0 } },
  { name: "two retries, 100 ms apart", setting: { retries: 2 } },
];

function run(setting: Setting): LedgerSnapshot {
  const { preStop = 0, readyAfter = 1, surge = 1, unavailable = 1, retries = 0 } = setting;
  const cluster = new Cluster({
    seed: "zero-downtime",
    apps: [{ serviceTime: { delay: 30, jitter: 20 }, concurrency: 10, listenAfter: 3 * second }],
    behaviors: [
      {
        start: { delay: second },
        ready: { delay: readyAfter * second },
        terminate: { delay: 5 * second },
      },
    ],
  });
  const template = (image: string): object => ({
    metadata: { labels: { app: "web" } },
    spec: {
      containers: [{ name: "web", image, lifecycle: { preStop: { sleep: { seconds: preStop } } } }],
    },
  });
  cluster.act("create", (api) => {
    api.create({
      apiVersion: "v1",
      kind: "Service",
      metadata: { name: "web" },
      spec: { selector: { app: "web" }, ports: [{ port: 80 }] },
    });
    api.create({
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { name: "web" },
      spec: {
        replicas: 5,
        selector: { matchLabels: { app: "web" } },
        strategy: { rollingUpdate: { maxSurge: surge, maxUnavailable: unavailable } },
        template: template("web:v1"),
      },
    });
  });
  cluster.runUntil(30 * second);
  const traffic = cluster.traffic.add({
    service: "web",
    clients: [{ loop: "open", rate: 100, retries: { attempts: retries, backoff: 100 } }],
    proxies: { count: 3, delay: { delay: second, jitter: second } },
  });
  cluster.act("set image", (api) =>
    api.patch({ resource: "deployments", name: "web" }, "merge", {
      spec: { template: template("web:v2") },
    }),
  );
  cluster.runUntil(150 * second);
  return traffic.stop();
}

export function zeroDowntimePage(): string {
  const { base, savings: found } = savings(changes, (change) => run(change?.setting ?? {}));
  const steps = [
    [],
    [changes[2]!],
    [changes[2]!, changes[0]!],
    [changes[2]!, changes[0]!, changes[3]!],
  ].map((chosen) => ({
    names: chosen.map(({ name }) => name).join(", ") || "nothing",
    ledger: run(Object.assign({}, ...chosen.map(({ setting }) => setting)) as Setting),
  }));
  return [
    intro,
    table(
      ["with", "requests", "failed", "downtime", "by cause"],
      steps.map(({ names, ledger }) => [
        names,
        ledger.requests,
        ledger.failed,
        `${ledger.downtime / second} s`,
        byCause(ledger.failedBy),
      ]),
    ),
    single,
    table(
      ["change", `saves of ${base.failed}`, "share", "by cause"],
      found.map(({ change, saved, share, by }) => [
        change,
        saved,
        `${Math.round(share * 100)}%`,
        byCause(by),
      ]),
    ),
    inFiles(),
    rules,
    table(
      ["failed", "because"],
      Object.entries(failureCauses).map(([cause, why]) => [`\`${cause}\``, why]),
    ),
    "",
    table(
      ["slow", "because"],
      Object.entries(slowCauses).map(([cause, why]) => [`\`${cause}\``, why]),
    ),
    canary,
    table(
      ["pods", "5% wanted", "10% wanted", "25% wanted", "50% wanted"],
      [3, 4, 10, 20, 100].map((pods) => [
        pods,
        ...[0.05, 0.1, 0.25, 0.5].map((wanted) => {
          const { canary: count, achieved } = nearestSplit(pods, wanted);
          return `${count} of ${pods}: ${Number((achieved * 100).toFixed(1))}%`;
        }),
      ]),
    ),
    "",
  ].join("\n");
}

const intro = `# Zero downtime, measured

<!-- written by test/traffic/page.test.ts; \`WRITE_PAGES=1 npx vitest run test/traffic/page\` writes it again -->

"Zero downtime" is a claim about requests, so rollsim sends some. Below, five pods get 100 requests a second at
random times while their image is updated with one pod surging and one missing. Proxies on three
nodes learn of endpoints 1 to 2 s late; a container listens 3 s after its start but counts as ready after 1 s,
as one without a readiness probe does; after SIGTERM a pod finishes what it has and takes no more.

The same requests, with one setting more in each row:
`;

const single = `
What each setting saves **alone**: the same world run again with that one change. Savings do not add up.
`;

/** What the command line says of a scenario file that has traffic. */
function inFiles(): string {
  const file = "scenarios/no-pre-stop.yaml";
  const text = readFileSync(new URL(`../../${file}`, import.meta.url), "utf8");
  const head = text.slice(text.indexOf("behaviors:"), text.indexOf("---")).trimEnd();
  const found = savingsOf(parseScenario(text, file), {});
  return [
    "\n## In a scenario file\n",
    "`traffic` sends requests, `serve` says how pods answer, and `expect` limits errors, latency and downtime:\n",
    `\`\`\`yaml\n${head}\n\`\`\`\n`,
    "`rollsim run` ends its report with the account; `rollsim explain --traffic` says which setting would have",
    "saved how much of it, each proven by playing the same requests again with that change alone:\n",
    `\`\`\`console\n$ npx rollsim explain ${file} --traffic\n${savingsReport(found, 80)}\n\`\`\`\n`,
    "The scenarios [zero-downtime](../scenarios/zero-downtime.yaml), [no-readiness-probe](../scenarios/no-readiness-probe.yaml),",
    "[no-pre-stop](../scenarios/no-pre-stop.yaml), [slow-proxies](../scenarios/slow-proxies.yaml),",
    "[lb-all-draining](../scenarios/lb-all-draining.yaml) (a load balancer that checks new pods itself: `proxies.healthChecks`),",
    "[overloaded-survivors](../scenarios/overloaded-survivors.yaml), [drain-under-traffic](../scenarios/drain-under-traffic.yaml),",
    "[keep-alive](../scenarios/keep-alive.yaml) and [session-affinity](../scenarios/session-affinity.yaml) show one thing each.",
    "Changed are the manifests of the file and of `apply` steps; lines of kubectl stay. Without `from`, requests begin",
    "when the Service has a ready endpoint for the first time, and the account ends when the run has settled: what",
    "goes on then is quiet.\n",
    "## Any rate\n",
    "Each request is played on its own, up to 100,000 a second. With `mode: fluid` requests are a flow, in whole",
    "numbers and with the same exact account, whose cost does not depend on the rate: a million a second over a",
    "hundred pods takes seconds (`npm run bench -- traffic` measures both). It leaves out chance, so it has no",
    "queues below capacity, and no users, retries, kept connections, affinity or mirrors. Over random worlds the share",
    "of requests that each cause has is within one percentage point of that of single requests, which a test checks.\n",
    "## The account",
  ].join("\n");
}

const rules = `
Downtime is counted in windows of 100 ms: those in which a request started that failed for another reason than
what its version does. No request is lost from the account: each is answered, failed or under way, and each that
failed or was slow is charged to one cause, that of its first failed attempt:
`;

const canary = `
## A canary of two Deployments

Behind one Service each ready pod gets as much as any other. A canary by two Deployments has its share of the pods,
and nothing between:
`;

function byCause(counts: Partial<Readonly<Record<string, number>>>): string {
  const some = Object.entries(counts).filter(([, count]) => count !== 0);
  return some.map(([cause, count]) => `\`${cause}\` ${count}`).join(", ") || "-";
}

function table(head: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const all = [head, ...rows.map((row) => row.map(String))];
  const widths = head.map((_, i) => Math.max(3, ...all.map((row) => row[i]!.length)));
  const line = (row: readonly string[]): string =>
    `| ${row.map((cell, i) => cell.padEnd(widths[i]!)).join(" | ")} |`;
  const rule = widths.map((width) => "-".repeat(width));
  return [line(head), line(rule), ...all.slice(1).map(line)].join("\n");
}
