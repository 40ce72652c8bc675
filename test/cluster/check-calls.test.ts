import { describe, expect, test } from "vitest";
import * as library from "../../src/index.ts";
import * as verify from "../../src/verify.ts";
import { web } from "../support/web.ts";

// As JavaScript would, which nobody warns.
type Anything = Readonly<Record<string, (...all: unknown[]) => unknown>>;
const { runScenario, clusterAt, parseScenario, checkScenario } = library as unknown as Anything;
const { runKubectl, explainDeployment, explanationText } = library as unknown as Anything;
const { sweep, diff, triesOf, questionsOf, exportScenario } = library as unknown as Anything;
const { userActions, rolloutCommands } = verify as unknown as Anything;

const cluster = new library.Cluster();
const faults = cluster.faults as unknown as Anything;
const { act, on, takeOver } = library.Cluster.prototype as unknown as Anything;
const scenario = library.parseScenario(JSON.stringify(web(1)));
const empty = library.parseScenario("{ apiVersion: v1, kind: Namespace, metadata: { name: a } }");
const silent = (): void => undefined;
const streams = { out: silent, err: silent };

describe("what the library is handed by mistake is named, with what to use", () => {
  test.each<readonly [string, () => unknown, string]>([
    [
      "a misspelt option",
      () => runScenario!(scenario, { sed: "7" }),
      "options.sed: no such option; use seed, schedule, ",
    ],
    [
      "a text for a scenario",
      () => runScenario!("kind: Scenario"),
      'scenario: got "kind: Scenario"; use what parseScenario gave',
    ],
    [
      "no scenario",
      () => clusterAt!(undefined, 5),
      "scenario: got undefined; use what parseScenario gave",
    ],
    ["an object for a text", () => parseScenario!({}), "text: got {}; use a text"],
    ["bytes for a text", () => checkScenario!(Buffer.from("a")), 'text: got {"type":"Buffer"'],
    [
      "options in the place of the file",
      () => parseScenario!("a", { readFile: silent }),
      "file: got {}; use a text",
    ],
    [
      "a misspelt reader",
      () => parseScenario!("a", "a.yaml", { readfile: silent }),
      "options.readfile: no such option; use readFile",
    ],
    [
      "no streams",
      () => runKubectl!(cluster, "get pods"),
      "streams: got undefined; use { out, err }",
    ],
    [
      "a stream that is missing",
      () => runKubectl!(cluster, "get pods", { out: silent }),
      "streams.err: got undefined; use a function",
    ],
    [
      "a misspelt stream",
      () => runKubectl!(cluster, "get pods", { ...streams, cwd: "." }),
      "streams.cwd: no such stream; use stdin, ",
    ],
    ["an object for a name", () => explainDeployment!(cluster, web(1)), "deployment: got {"],
    [
      "an explanation of nothing",
      () => explanationText!(explainDeployment!(cluster, "web")),
      "explanation: got undefined; use what explainDeployment gave, if it is there",
    ],
    [
      "an action without a name",
      () => act!.call(cluster, silent),
      "name: got a function; use a text",
    ],
    [
      "a name without an action",
      () => act!.call(cluster, "wait"),
      "action: got undefined; use a function",
    ],
    ["no listener", () => on!.call(cluster, "pods"), "listener: got undefined; use a function"],
    ["one object for a list", () => takeOver!.call(cluster, web(1)), "objects: got {"],
    [
      "a pod by a misspelt key",
      () => faults["failProbe"]!.call(cluster.faults, { pod: "web" }),
      "pod.pod: no such part of a pod's place; use namespace, name",
    ],
    [
      "a pod by its name alone",
      () => faults["passProbe"]!.call(cluster.faults, "web"),
      'pod: got "web"; use { name }',
    ],
    [
      "misspelt traffic",
      () =>
        (cluster.traffic as unknown as Anything)["add"]!.call(cluster.traffic, { servce: "web" }),
      "traffic.servce: no such part of traffic; use name, namespace, clients, ",
    ],
    [
      "a misspelt setting",
      () => sweep!(scenario, { surge: [1] }),
      "options.surge: no such option; use deployment, surges, ",
    ],
    [
      "an amount that is none",
      () => sweep!(scenario, { surges: [1, "abc"] }),
      'options.surges[1]: got "abc"; use pods or a percentage',
    ],
    [
      "half a pod",
      () => sweep!(scenario, { unavailables: [0.5] }),
      "options.unavailables[0]: got 0.5; use pods or a percentage",
    ],
    [
      "no world",
      () => sweep!(scenario, { seeds: [] }),
      "options.seeds: got []; use one seed or more",
    ],
    [
      "a Deployment that is not there",
      () => sweep!(scenario, { deployment: "deploy/shop" }),
      "scenario.yaml: got deploy/shop; it has deployment/web",
    ],
    [
      "one file for two",
      () => diff!(scenario),
      "scenario: got undefined; use what parseScenario gave",
    ],
    [
      "no world for a change",
      () => diff!(scenario, scenario, { seeds: [] }),
      "options.seeds: got []; use one seed or more",
    ],
    [
      "a misspelt option of a change",
      () => diff!(scenario, scenario, { seed: "1" }),
      "options.seed: no such option; use seeds, readFile",
    ],
    [
      "nothing to try",
      () => triesOf!(cluster, undefined),
      "explanation: got undefined; use what explainDeployment gave, if it is there",
    ],
    ["a run for its trace", () => questionsOf!(runScenario!(scenario)), "trace: got {"],
    ["no questions", () => questionsOf!([], 0), "count: got 0; use an integer >= 1"],
    [
      "an option that no export has",
      () => exportScenario!(scenario, { to: "x" }),
      "options.to: no such option; use seed, readFile",
    ],
    [
      "nothing to export",
      () => exportScenario!(empty),
      "scenario.yaml: no pods of Deployments in it: nothing to be seen",
    ],
    [
      "one kind for a list",
      () => userActions!("update"),
      'kinds: got "update"; use a list of any of update, undo, ',
    ],
    [
      "one kind of command",
      () => rolloutCommands!("update"),
      'kinds: got "update"; use a list of any of update, undo, ',
    ],
    [
      "a pause in words",
      () => userActions!(["update"], "5s"),
      'mostPause: got "5s"; use whole ms, 0 or more',
    ],
  ])("%s", (_, call, message) => {
    expect(call).toThrow(RangeError);
    expect(call).toThrow(message);
  });

  test("a pod is known by its metadata, too", () => {
    const of = new library.Cluster();
    of.act("create", (api) => api.create(web(1)));
    of.runUntil(5000);
    const [pod] = of.api.list("pods");
    of.act("fail", () => of.faults.failProbe(pod!.metadata));
    of.runUntil(10_000);
    const [failing] = of.api.list("pods");
    expect(failing!.status.conditions?.find(({ type }) => type === "Ready")?.status).toBe("False");
  });

  test("a namespace of a pod is looked at, too", () => {
    const call = (): unknown =>
      faults["failProbe"]!.call(cluster.faults, { name: "web", namespce: "shop" });
    expect(call).toThrow("pod.namespce: no such part of a pod's place; use namespace, name");
  });
});

test("kubectl needs no reader of files where its line names none", () => {
  let text = "";
  const out = (part: string): void => {
    text += part;
  };
  expect(library.runKubectl(cluster, "apply -f web.yaml", { out, err: out })).toEqual({ code: 1 });
  expect(text).toBe('error: the path "web.yaml" does not exist\n');
});
