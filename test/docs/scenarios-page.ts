/** docs/scenarios.md: the reference of scenario files, from their JSON Schema. */
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { celFunctions, celVariables } from "../../src/scenario/cel.ts";

const root = fileURLToPath(
  new URL(import.meta.url.includes(".build") ? "../../../" : "../../", import.meta.url),
);

interface Schema {
  readonly type?: string | readonly string[];
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
}

const INTRO = `# Scenario files

<!-- written by \`npm run docs\` from the JSON Schema and the folder scenarios/ -->

One YAML file is one reproducible run. The first document is the Scenario; further \`---\` documents are plain
manifests, applied at the start in order. A file with manifests only can be run, too. ConfigMaps, Secrets and classes that
they name and leave out are taken to be there, unless a line of kubectl names them. For an editor:

\`\`\`sh
rollsim schema > scenario.schema.json
\`\`\`

\`\`\`yaml
# yaml-language-server: $schema=./scenario.schema.json
\`\`\`

- Durations are Go's (\`1m30s\`, \`250ms\`); a bare number is refused.
- A step has exactly one verb: \`apply\`, \`kubectl\`, \`wait\`, \`assert\` or \`fault\`. \`rollout status\` and \`wait\` take
  virtual time. \`at\` counts from the start of the run, \`after\` from the end of the previous step.
- \`kubectl config set-context --current --namespace=dev\` holds for all later steps but \`assert\` and \`fault\`: they, and
  \`expect\`, look in the scenario's \`namespace\`.
- Files and folders that lines name with \`-f\` and \`-k\` are looked for beside the scenario. \`kubectl kustomize\` and \`-k\`
  build kustomizations as kubectl does; Helm charts, plugins (\`generators\`, \`transformers\`, \`validators\`), \`vars\`,
  \`configurations\`, \`crds\`, \`openapi\`, annotations of origin, paths into the text of a field, \`--output\`, files
  that are no text and whatever is not a file here (URLs) are left out, and refused by name.
- Expectations are expressions: [below](#expressions).
- \`traffic: [{ service: web, rps: 100 }]\` sends requests, from when the Service has a ready endpoint; \`serve\` under
  \`behaviors\` says how pods answer. Causes of failed requests: [zero-downtime.md](zero-downtime.md).
- Errors come all at once, each with its place: \`file:line:column\`, the line, a caret, the nearest right word.
- Exit codes: 0 all held; 1 an expectation or a step failed; 2 usage or a bad file; 3 our mistake.
`;

const FOUND = `## A cluster as it is

\`\`\`sh
kubectl get deploy,rs,pods -o yaml > now.yaml   # and rollouts,analysisruns, svc, hpa, pdb, nodes ... as you have them
rollsim explain now.yaml                        # why does it wait, in your cluster?
rollsim run now.yaml                            # what becomes of it if nobody does anything?
rollsim shell now.yaml                          # try the way out before you take it
\`\`\`

A Deployment (or a Rollout of argo-rollouts) in such a file that has its ReplicaSets and their Pods with it is not applied. It stands from the start,
with its revisions, conditions and ages, and its controllers find it as after a restart of theirs. With a Scenario above it
one can say what is done next: [found-stuck.yaml](../scenarios/found-stuck.yaml).

- kubectl lines that name no namespace mean theirs, if all of them are in one.
- The clock begins at the latest time that these objects tell of. A cluster in which nothing happens tells of none:
  \`cluster.startTime\` says when the file was taken.
- Pods go on where they were: one that has crashed is started again when its back-off is over, one that runs gets ready
  when the others did, one that has no node waits for room.
- Pods to come do as those did that are there. They take the median of the times from node to running and from running to
  ready, of their ReplicaSet, else of their Deployment. They fail as most of those do that fail, in the same share: the image
  cannot be pulled, a container crashes after so long, it is not ready or has not started after twice the longest time
  known and 10 s (a minute where none is known). What is taken from the file is told; \`behaviors\` of the Scenario come first.
- There are the nodes that these pods are on. With Nodes in the file they have their room, labels and taints, less what other
  pods in it ask for; one that is cordoned is full, and all are where a pod found no room.
- Ten moments of a real cluster are recorded with what became of them up to a minute later, by itself and after kubectl lines:
  \`npm test\` goes on from each and comes to the same Deployments and ReplicaSets.
- Events are not known, and whatever else controllers had made is left out: autoscalers and budgets begin
  anew, and so do Canaries of Flagger.
`;

export function scenariosPage(): string {
  const path = `${root}src/scenario/scenario.schema.json`;
  const schema = JSON.parse(readFileSync(path, "utf8")) as Schema;
  const rows = keysOf(schema, "").map(
    ({ key, type, says }) => `| \`${key}\` | ${type} | ${says.replaceAll("|", String.raw`\|`)} |`,
  );
  return [
    INTRO,
    FOUND,
    "## Keys",
    "",
    "| key | type | meaning |",
    "| --- | --- | --- |",
    ...rows,
    "",
    ...expressions(),
    "## The scenarios in this repository",
    "",
    "Each has its output beside it (`.out`), which `npm test` compares.",
    "",
    ...scenarios(),
    "",
  ].join("\n");
}

function expressions(): string[] {
  const all = celFunctions();
  const own = all.flatMap(({ signature, says }) =>
    says === undefined ? [] : `| \`${signature}\` | ${says} |`,
  );
  const others = new Map<string, Set<string>>();
  for (const { name, receiver, says } of all) {
    if (says !== undefined) continue;
    const on = (receiver ?? "nothing").replace(/<.*|Namespace$/gu, "").replace(/^.*\./u, "");
    others.set(on.toLowerCase(), (others.get(on.toLowerCase()) ?? new Set()).add(`\`${name}\``));
  }
  const rows = [...others].map(([on, names]) => `| ${on} | ${[...names].join(", ")} |`);
  return [
    "## Expressions",
    "",
    `Expressions are [CEL](https://cel.dev). They see ${celVariables.map((v) => `\`${v}\``).join(", ")}:`,
    'objects by name (`deploy.web`, `deploy["my-app"]`) and `t`, the seconds since the run began. Counters that the',
    "API leaves out read 0; `status.conditions.Available` is the condition of that type. `traffic.web` is the account",
    "of that traffic: `traffic.web.failed`, `traffic.web.failedBy.staleView`, `traffic.web.latency.p99` (ms).",
    "",
    "| function | answer |",
    "| --- | --- |",
    ...own,
    "",
    'CEL\'s own functions (`size(pods("app=web")) == 3`), and what they are called on (`pods("app=web").all(p, p.spec.nodeName != "")`):',
    "",
    "| on | functions |",
    "| --- | --- |",
    ...rows,
    "",
  ];
}

interface Row {
  readonly key: string;
  readonly type: string;
  readonly says: string;
}

function keysOf(schema: Schema, prefix: string): Row[] {
  const seen = new Map<string, Row>();
  const add = (rows: readonly Row[]): void => {
    for (const row of rows) if (!seen.has(row.key)) seen.set(row.key, row);
  };
  for (const [name, child] of Object.entries(schema.properties ?? {})) {
    const list = child.type === "array";
    const key = `${prefix}${name}${list ? "[]" : ""}`;
    const needed = schema.required?.includes(name) === true && prefix === "" ? " Required." : "";
    add([{ key, type: typeOf(child), says: `${child.description ?? ""}${needed}`.trim() }]);
    const inner = list ? child.items : child;
    for (const variant of variantsOf(inner)) add(keysOf(variant, `${key}.`));
  }
  return [...seen.values()];
}

function variantsOf(schema: Schema | undefined): readonly Schema[] {
  if (schema === undefined) return [];
  return [schema, ...(schema.anyOf ?? []), ...(schema.oneOf ?? [])];
}

function typeOf(schema: Schema): string {
  if (schema.const !== undefined) return `\`${JSON.stringify(schema.const).replaceAll('"', "")}\``;
  if (schema.enum !== undefined)
    return schema.enum.map((value) => `\`${String(value)}\``).join(", ");
  const variants = [...(schema.anyOf ?? []), ...(schema.oneOf ?? [])].map(typeOf);
  if (variants.length > 0) return [...new Set(variants)].join(" or ");
  return typeof schema.type === "string" ? schema.type : "any";
}

/** What each scenario teaches is its first comment. */
function scenarios(): string[] {
  const folder = `${root}scenarios/`;
  const files = readdirSync(folder).filter((name) => name.endsWith(".yaml"));
  return files.toSorted().map((name) => {
    const lines = readFileSync(`${folder}${name}`, "utf8").split("\n");
    const comment = lines.filter((line) => line.startsWith("# ") && !line.includes("$schema"));
    const end = comment.findIndex((line) => /[.:]$/.test(line));
    const first = comment.slice(0, end + 1).map((line) => line.slice(2).trim());
    return `- [${name}](../scenarios/${name}): ${first.join(" ")}`;
  });
}
