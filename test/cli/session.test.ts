import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { Session } from "../../src/cli/session.ts";
import { beginSession } from "../../src/cli/shell.ts";
import { Cluster } from "../../src/cluster.ts";
import { parseScenario } from "../../src/scenario/parse.ts";
import { projectFolder, rollsim } from "./fake-io.ts";

/** As `rollsim shell scenarios/NAME.yaml` begins. */
function sessionOf(text: string): Session {
  return beginSession(parseScenario(text, "s.yaml"), {});
}

function play(session: Session, ...lines: readonly string[]): string {
  return lines.map((line) => session.execute(line).text).at(-1) ?? "";
}

const scenarioText = (name: string): string =>
  readFileSync(`${projectFolder}scenarios/${name}.yaml`, "utf8");

describe("kubectl's context in a session", () => {
  test("keeps the namespace that it is given", () => {
    const session = sessionOf(scenarioText("zero-unavailable"));
    play(session, "create namespace dev");
    expect(play(session, "config set-context --current --namespace=dev")).toBe(
      'Context "rollsim" modified.\n',
    );
    expect(play(session, "create deployment api --image=api:v1 -o name")).toBe(
      "deployment.apps/api\n",
    );
    expect(play(session, "get deployments -o name -n dev")).toBe("deployment.apps/api\n");
    expect(play(session, "config get-contexts --no-headers")).toMatch(/^\*.*dev\n$/u);
    expect(play(session, "config use-context other")).toBe(
      'error: no context exists with the name: "other"\n',
    );
  });
});

describe("time in a session", () => {
  test("begins at 0s, with traffic too", () => {
    expect(sessionOf(scenarioText("no-pre-stop")).prompt).toBe("[0s] $ ");
  });

  test("goes on in a watch as long as anything happens", () => {
    const session = sessionOf(scenarioText("zero-unavailable"));
    play(session, "get pods -w");
    expect(session.cluster.now).toBeLessThan(11 * 60_000);
  });

  test("goes on in a wait for as long as it was told", () => {
    const session = sessionOf(scenarioText("zero-unavailable"));
    play(session, "wait --for=condition=Never deploy/web --timeout=2h");
    expect(session.cluster.now).toBe(2 * 3_600_000);
  });

  test("goes back into a command of several", () => {
    const session = sessionOf(scenarioText("zero-unavailable"));
    play(
      session,
      "run until ready",
      "set image deploy/web web=web:v2 && rollout status deploy/web",
    );
    expect(play(session, "rewind 5s", "get rs -o name").split("\n")).toHaveLength(3);
  });
});

describe("requests in a session", () => {
  test("begin when their Service is ready, though the scenario's step is not taken", () => {
    const session = sessionOf(scenarioText("zero-downtime").replace("from: 50s", "from: update"));
    expect(play(session, "requests")).toBe(
      "Requests begin when their Service has a ready endpoint.\n",
    );
    expect(play(session, "run until ready", "step 10s", "requests")).toMatch(
      /^ {2}web: (9\d\d|1\d\d\d) requests: /,
    );
  });

  test("are taken back by a rewind, and then come the same again", () => {
    const session = sessionOf(scenarioText("no-pre-stop"));
    play(session, "run until 1m", "set image deploy/web web=web:v2");
    const once = play(session, "run until 90s", "requests");
    expect(once).toContain("staleView");
    expect(play(session, "rewind 29s", "requests")).not.toBe(once);
    expect(play(session, "run until 90s", "requests")).toBe(once);
  });

  test("are told to be missing where nobody sends any", () => {
    expect(play(sessionOf(scenarioText("undo")), "requests")).toContain("No requests are sent");
  });
});

describe("Canaries and Rollouts in a session", () => {
  test("try tells what helps, and leaves the world as it is", () => {
    const session = sessionOf(scenarioText("bad-image"));
    play(session, "run until ready");
    play(session, "set image deploy/web web=web:v2");
    play(session, "step 30s");
    const before = play(session, "why");
    expect(play(session, "try web")).toContain(
      "kubectl rollout undo deployment/web: complete after 5s",
    );
    expect(play(session, "why")).toBe(before);
  });

  test("why tells what Flagger decided last, and rewind takes it back", () => {
    const session = sessionOf(scenarioText("flagger-rollback"));
    const said = play(session, "run until ready");
    expect(said).toContain("canary/podinfo: Initialized, weight 0");
    const bad =
      "patch deploy/podinfo --type=json -p " +
      `'[{"op":"replace","path":"/spec/template/spec/containers/0/image","value":"podinfo:bad"}]'`;
    play(session, bad, "run until ready");
    const why = play(session, "why canary/podinfo");
    expect(why).toContain("canary/podinfo at");
    expect(why).toMatch(/What its controller decided last, at \d+s:\n {2}- canary\//);
    play(session, "rewind 1h");
    expect(play(session, "get canary", "run until ready")).toBe(said);
  });

  const rollout = `
apiVersion: argoproj.io/v1alpha1
kind: Rollout
metadata: { name: web }
spec:
  replicas: 4
  strategy: { canary: { steps: [ { setWeight: 25 }, { pause: {} }, { pause: { duration: 10s } } ] } }
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec: { containers: [ { name: web, image: "web:v1" } ] }
`;

  test("a Rollout that pauses for ever waits for you; why says what to type", () => {
    const session = sessionOf(rollout);
    play(session, "run until ready", "argo rollouts set image web web=web:v2");
    expect(play(session, "run until ready")).toContain("Not ready: it waits for you; ask why.\n");
    expect(session.cluster.now).toBeLessThan(60_000);
    const why = play(session, "why");
    expect(why).toContain('step 2 of 3: {"pause":{}}');
    expect(why).toContain("kubectl argo rollouts promote web");
    expect(play(session, "argo rollouts promote web", "run until ready")).toContain("Healthy");
    expect(play(session, "rewind 5s")).toContain("Paused (CanaryPauseStep)");
  });

  test("an aborted Rollout says how to try again", () => {
    const session = sessionOf(rollout);
    play(session, "run until ready", "argo rollouts set image web web=web:v2", "run until ready");
    play(session, "argo rollouts abort web");
    expect(play(session, "why rollout web")).toContain("kubectl argo rollouts retry rollout web");
  });
});

describe("words of a session", () => {
  test("events come in order, with their times", () => {
    const session = sessionOf(scenarioText("zero-unavailable"));
    const lines = play(session, "run until ready", "events").trimEnd().split("\n");
    expect(lines[0]).toBe(
      "     0s  Normal ScalingReplicaSet deployment/web: Scaled up replica set web-5669f7dd7f from 0 to 4",
    );
  });

  test("events that are repeated word for word come once, where they came last", () => {
    const autoscaler = `---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: { name: web }
spec: { scaleTargetRef: { apiVersion: apps/v1, kind: Deployment, name: web }, maxReplicas: 9 }
`;
    const session = sessionOf(`${scenarioText("zero-unavailable")}${autoscaler}`);
    const lines = play(session, "step 65s", "events").trimEnd().split("\n");
    const failed = lines.filter((line) => line.includes("FailedGetResourceMetric"));
    expect(failed).toHaveLength(1);
    expect(failed[0]).toMatch(/^ +1m {2}Warning .* \(and [2-4] alike\)$/);
  });

  test("a document may come through cat, quoted or not", () => {
    const session = new Session(new Cluster(), { namespace: "default", readFile: () => undefined });
    const document = ["apiVersion: v1", "kind: ConfigMap", "metadata: { name: x }", "EOF"];
    const said = play(session, "cat <<'EOF' | kubectl apply -f -", ...document);
    expect(said).toBe("configmap/x created\n");
    expect(play(session, 'kubectl apply -f - <<"EOF"\r', ...document)).toBe(
      "configmap/x unchanged\n",
    );
  });

  test.each([
    ["why wbe", 'no Deployment "wbe" at this time; did you mean deployment/web?\n'],
    [
      "why rs/web",
      "rs/web: Deployments, Rollouts, Canaries and autoscalers are explained, as in deployment/web\n",
    ],
    ["rewind", "rewind: say how long; as in rewind 10s\n"],
    ["step ten", "step: "],
    ["run until", "run: "],
    ["requsts", 'unknown word "requsts": did you mean requests?\n'],
    ["kubectl", "kubectl controls the Kubernetes cluster manager."],
  ])("%s is answered", (line, said) => {
    expect(play(sessionOf(scenarioText("zero-unavailable")), line)).toContain(said);
  });
});

describe("a session from a pipe", () => {
  test("says that a document has no end", async () => {
    const stdin = "kubectl apply -f - <<EOF\nkind: x\n";
    const { code, err } = await rollsim(["shell"], { stdin });
    expect({ code, err }).toEqual({
      code: 2,
      err: "rollsim: the document has no end: a line EOF\n",
    });
  });

  test("ends at quit", async () => {
    const { code, out } = await rollsim(["shell"], { stdin: "time\nquit\ntime\n" });
    expect({ code, out }).toEqual({ code: 0, out: "[0s] $ time\n0s\n[0s] $ quit\n" });
  });
});
