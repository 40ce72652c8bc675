/** kubectl argo rollouts: what the plugin does and prints, beside what scenarios show of it. */
import { expect, test } from "vitest";
import { session } from "./session.ts";

const rollout = (weight: string): string => `
apiVersion: argoproj.io/v1alpha1
kind: Rollout
metadata: { name: web }
spec:
  replicas: 2
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec: { containers: [{ name: web, image: "web:v1" }] }
  strategy: { canary: { steps: [${weight}, { pause: {} }] } }
`;

function updated(): (lines: string) => string {
  const run = session({ "web.yaml": rollout("{ setWeight: 50 }") });
  run("apply -f web.yaml && argo rollouts status web");
  run("argo rollouts set image web web=web:v2 && argo rollouts status web --timeout 20s");
  return run;
}

test("list has a line for each Rollout, with its namespace where it is asked for all", () => {
  const run = updated();
  const head = "STRATEGY   STATUS        STEP  SET-WEIGHT  READY  DESIRED  UP-TO-DATE  AVAILABLE";
  const line = "Canary     Paused        1/2   50          2/2    2        1           2        ";
  expect(run("argo rollouts list rollouts")).toBe(`NAME        ${head}\nweb         ${line}\n`);
  expect(run("argo rollouts list rollouts -A --name web")).toBe(
    `NAMESPACE  NAME        ${head}\ndefault    web         ${line}\n`,
  );
  expect(run("argo rollouts list rollouts --name shop")).toBe("No resources found.\n");
});

test("an update that is aborted goes on when it is tried again", () => {
  const run = updated();
  run("argo rollouts abort web && argo rollouts status web --timeout 20s");
  expect(run("argo rollouts get rollout web")).toMatch(/Status: +✖ Degraded/);
  expect(run("argo rollouts retry rollout web")).toBe("rollout 'web' retried\n");
  run("argo rollouts status web --timeout 20s");
  expect(run("argo rollouts get rollout web")).toMatch(/Message: +CanaryPauseStep/);
});

test("pause holds a Rollout, and promote lets it go on", () => {
  const run = updated();
  const isPaused = "get rollout web -o jsonpath={.spec.paused}";
  expect(run("argo rollouts pause web")).toBe("rollout 'web' paused\n");
  expect(run(isPaused)).toBe("true");
  expect(run("argo rollouts promote web")).toBe("rollout 'web' promoted\n");
  expect(run(isPaused)).toBe("false");
});

test.each([
  ["", "0s", "2000-01-01T00:00:21Z"],
  [" --in 90s", "90s", "2000-01-01T00:01:51Z"],
])("restart%s says when, and writes it down", (flag, wait, at) => {
  const run = updated();
  expect(run(`argo rollouts restart web${flag}`)).toBe(`rollout 'web' restarts in ${wait}\n`);
  expect(run("get rollout web -o jsonpath={.spec.restartAt}")).toBe(at);
});

test("lint finds what is wrong with the Rollouts of a file", () => {
  const run = session({
    "good.yaml": rollout("{ setWeight: 50 }"),
    "bad.yaml": rollout("{ setWeight: 150 }"),
  });
  expect(run("argo rollouts lint -f good.yaml")).toBe("");
  expect(run("argo rollouts lint -f bad.yaml")).toMatch(
    /^Error: spec\.strategy\.steps\[0\]\.setWeight: Invalid value: 150: /,
  );
  expect(run("argo rollouts lint -f none.yaml")).toBe(
    "Error: open none.yaml: no such file or directory\n",
  );
});

test("a word that is not whole says which there are, a verb without its Rollout how it is used", () => {
  const run = session();
  expect(run("argo rollouts set")).toBe("Usage:\n  kubectl argo rollouts set image\n");
  expect(run("argo rollouts pause")).toBe(
    "Usage:\n  kubectl argo rollouts pause ROLLOUT_NAME [flags]\n",
  );
  expect(run("argo rollouts version")).toMatch(/^kubectl-argo-rollouts: v1\./);
});
