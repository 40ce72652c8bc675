import { describe, expect, test } from "vitest";
import { Cluster } from "../../src/cluster.ts";
import { runKubectl } from "../../src/kubectl/cluster-io.ts";
import { splitScript } from "../../src/kubectl/script.ts";

const behaviors = [
  { match: { image: "web:never" }, start: { delay: 1000 }, fault: { type: "NeverReady" } as const },
  { start: { delay: 1000 }, ready: { delay: 1000 }, terminate: { delay: 1000 } },
];

const manifest = (replicas: string, image: string): string => `apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  ${replicas}
  selector:
    matchLabels: {app: web}
  template:
    metadata:
      labels: {app: web}
    spec:
      containers:
      - name: web
        image: ${image}
`;

interface Session {
  readonly cluster: Cluster;
  /** Runs pasted lines; answers what the last one printed and its exit code. */
  run(lines: string, stdin?: string): { out: string; err: string; code: number };
}

function session(files: Readonly<Record<string, string>> = {}): Session {
  const cluster = new Cluster({ nodes: 1, behaviors });
  return {
    cluster,
    run(lines, stdin) {
      let result = { out: "", err: "", code: 0 };
      for (const { words } of splitScript(lines)) {
        const printed = { out: "", err: "" };
        const { code } = runKubectl(cluster, words, {
          out(text) {
            printed.out += text;
          },
          err(text) {
            printed.err += text;
          },
          readFile(name) {
            const text = files[name];
            return text === undefined ? undefined : [{ name, text }];
          },
          ...(stdin === undefined ? {} : { stdin }),
        });
        result = { ...printed, code };
      }
      return result;
    },
  };
}

const create = "kubectl create deployment web --image=web:1 --replicas=3";

describe("a line that is not understood", () => {
  test.each([
    ["gte pods", 'error: unknown command "gte" for "kubectl"\n\nDid you mean this?\n\tget\n'],
    [
      "lst pods",
      'error: unknown command "lst" for "kubectl"\n\nDid you mean this?\n\tset\n\tget\n',
    ],
    ["frobnicate", 'error: unknown command "frobnicate" for "kubectl"\n'],
    [
      "rollout frob",
      `error: unknown command "frob"\nSee 'kubectl rollout -h' for help and examples\n`,
    ],
    ["get pods --bogus", "error: unknown flag: --bogus\nSee 'kubectl get --help' for usage.\n"],
    ["scale deploy/web", 'error: required flag(s) "replicas" not set\n'],
    ["get widgets", `error: the server doesn't have a resource type "widgets"\n`],
    ["get deploy/web pods", expect.stringContaining("there is no need to specify a resource type")],
    ["get a/b/c", "error: arguments in resource/name form may not have more than one slash\n"],
    ["delete deploy", "error: resource(s) were provided, but no name was specified\n"],
    ["apply -f nosuch.yaml", 'error: the path "nosuch.yaml" does not exist\n'],
    ["get deploy -o bogus", expect.stringContaining('suitable for the output format "bogus"')],
    [
      "logs pod/x",
      'error: error from server (NotFound): pods "x" not found in namespace "default"\n',
    ],
    ["get deploy -o jsonpath={.items[}", expect.stringContaining("unterminated array")],
  ])("kubectl %s exits with 1 and says why", (line, err) => {
    const { run } = session();
    expect(run(line)).toEqual({ out: "", err, code: 1 });
  });

  test("an empty namespace is no error", () => {
    const { run } = session();
    expect(run("get deploy,rs -n other")).toEqual({
      out: "",
      err: "No resources found in other namespace.\n",
      code: 0,
    });
  });
});

describe("rollout status", () => {
  test("advances virtual time until the rollout is done", () => {
    const { run, cluster } = session();
    run(create);
    expect(run("rollout status deploy/web").out).toMatch(
      /^Waiting for deployment "web" rollout to finish: 0 of 3 updated .*\n(.*\n)*deployment "web" successfully rolled out\n$/,
    );
    expect(cluster.now).toBe(2000);
  });

  test("prints one line per status write, equal ones too", () => {
    const { run, cluster } = session();
    run(`${create} && rollout status deploy/web`);
    let statusWrites = 0;
    cluster.on("write", ({ verb, resource }) => {
      if (resource === "deployments" && verb === "update/status") statusWrites += 1;
    });
    run("set image deploy/web web=web:2");
    const before = statusWrites;
    const lines = run("rollout status deploy/web").out.trim().split("\n");
    expect(lines.length).toBe(1 + statusWrites - before);
    expect(new Set(lines).size).toBeLessThan(lines.length);
  });

  test("gives up after --timeout, at that very instant", () => {
    const { run, cluster } = session();
    run("create deployment web --image=web:never");
    expect(run("rollout status deploy/web --timeout=1500ms")).toEqual({
      out: 'Waiting for deployment "web" rollout to finish: 0 of 1 updated replicas are available...\n',
      err: "error: timed out waiting for the condition\n",
      code: 1,
    });
    expect(cluster.now).toBe(1500);
  });

  test.each([
    ["rollout status deploy/web", "timed out waiting for the condition"],
    ["rollout status deploy/web --watch=false", "timed out waiting for the condition"],
    [
      "wait --for=condition=Available deploy/web",
      "timed out waiting for the condition on deployments/web",
    ],
    [
      "scale deploy/web --replicas=3",
      "client rate limiter Wait returned an error: rate: Wait(n=1) would exceed context deadline",
    ],
  ])("has no answer within a millisecond: %s", (line, why) => {
    const { run } = session();
    run(`${create} && rollout status deploy/web`);
    expect(run(`${line} --timeout=1ms`)).toEqual({ out: "", err: `error: ${why}\n`, code: 1 });
  });

  test("says so when nothing would end its wait", () => {
    const { run } = session();
    run(`${create} && rollout status deploy/web && rollout pause deploy/web`);
    run("set image deploy/web web=web:2");
    const { err, code } = run("rollout status deploy/web");
    expect([err, code]).toEqual([
      "rollsim: nothing that is left to happen in this run would end the wait\n",
      1,
    ]);
  });
});

describe("apply", () => {
  test("creates, leaves alone, configures, and gives back fields it no longer names", () => {
    const { run } = session();
    expect(run("apply -f -", manifest("replicas: 3", "web:1")).out).toBe(
      "deployment.apps/web created\n",
    );
    expect(run("apply -f -", manifest("replicas: 3", "web:1")).out).toBe(
      "deployment.apps/web unchanged\n",
    );
    expect(run("apply -f -", manifest("paused: false", "web:1")).out).toBe(
      "deployment.apps/web configured\n",
    );
    expect(run("get deploy web -o jsonpath={.spec.replicas}").out).toBe("1");
  });

  test("keeps what others changed in fields it never named", () => {
    const { run } = session();
    run("apply -f -", manifest("replicas: 3", "web:1"));
    run("set env deploy/web COLOR=blue && label deploy/web tier=front");
    run("apply -f -", manifest("replicas: 4", "web:1"));
    expect(run("get deploy web -o jsonpath={.spec.replicas}{.metadata.labels.tier}").out).toBe(
      "4front",
    );
    expect(run("set env deploy/web --list").out).toBe(
      "# Deployment web, container web\nCOLOR=blue\n",
    );
  });

  test("takes the good documents of a file and reports the bad ones", () => {
    const { run } = session({
      "two.yaml": `${manifest("replicas: 1", "web:1")}---\nkind: Nothing\n`,
    });
    const { out, err, code } = run("apply -f two.yaml");
    expect(out).toBe("deployment.apps/web created\n");
    expect(err).toContain("error validating data: apiVersion not set");
    expect(code).toBe(1);
  });

  test("a dry run shows what would be and changes nothing", () => {
    const { run } = session();
    run("apply -f -", manifest("replicas: 3", "web:1"));
    for (const how of ["client", "server"]) {
      const suffix = how === "client" ? "dry run" : "server dry run";
      expect(run(`apply --dry-run=${how} -f -`, manifest("replicas: 5", "web:1")).out).toBe(
        `deployment.apps/web configured (${suffix})\n`,
      );
    }
    expect(run("get deploy web -o jsonpath={.spec.replicas}").out).toBe("3");
  });
});

describe("diff", () => {
  test("shows the change as diff -u does and exits with 1", () => {
    const { run } = session();
    run("apply -f -", manifest("replicas: 3", "web:1"));
    const { out, code } = run("diff -f -", manifest("replicas: 5", "web:1"));
    expect(out).toMatch(/^diff -u -N \S+\/apps\.v1\.Deployment\.default\.web /);
    expect(out).toContain("\n-  replicas: 3\n+  replicas: 5\n");
    expect(code).toBe(1);
    expect(run("diff -f -", manifest("replicas: 3", "web:1"))).toEqual({
      out: "",
      err: "",
      code: 0,
    });
  });
});

describe("describe", () => {
  test("tells events of one object, and none of those that a beginning of their name finds", () => {
    const { cluster, run } = session();
    run("kubectl create deployment web --image=web:1 && rollout status deploy/web");
    const [name = ""] = cluster.api.list("pods").map(({ metadata }) => metadata.name);
    expect(run(`describe pod ${name}`).out).toContain("\nEvents:");
    const { out } = run("describe pod web");
    expect(out).toContain(name);
    expect(out).not.toContain("Events:");
  });
});

describe("rollout undo", () => {
  test("goes back one revision, which becomes the newest", () => {
    const { run } = session();
    run(`${create} && rollout status deploy/web`);
    run("set image deploy/web web=web:2 && rollout status deploy/web");
    expect(run("rollout undo deploy/web").out).toBe("deployment.apps/web rolled back\n");
    expect(run("get deploy web -o jsonpath={.spec.template.spec.containers[0].image}").out).toBe(
      "web:1",
    );
    expect(run("rollout history deploy/web").out).toBe(
      "deployment.apps/web \nREVISION  CHANGE-CAUSE\n2         <none>\n3         <none>\n\n",
    );
  });
});

describe("delete", () => {
  test("waits until a pod is gone, unless told not to", () => {
    const { run, cluster } = session();
    run(`${create} && rollout status deploy/web`);
    const [name] = run("get pods -o jsonpath={.items[*].metadata.name}").out.split(" ");
    run(`delete pod ${name} --wait=false`);
    expect(cluster.now).toBe(2000);
    expect(run(`wait --for=delete pod/${name}`).code).toBe(0);
    expect(cluster.now).toBe(3000);
  });

  test("of all is no error when there is nothing", () => {
    const { run } = session();
    expect(run("delete deploy --all")).toEqual({ out: "No resources found\n", err: "", code: 0 });
  });
});

describe("wait", () => {
  test("is over at the instant at which the condition is met", () => {
    const { run, cluster } = session();
    run(create);
    expect(run("wait --for=condition=available deploy/web --timeout=60s").out).toBe(
      "deployment.apps/web condition met\n",
    );
    expect(cluster.now).toBe(2000);
    expect(run("wait --for=jsonpath={.status.readyReplicas}=4 deploy/web --timeout=3s").err).toBe(
      "error: timed out waiting for the condition on deployments/web\n",
    );
    expect(cluster.now).toBe(5000);
  });
});

describe("edit", () => {
  test("takes the edited document from stdin", () => {
    const { run } = session();
    run(create);
    const document = run("get deploy web -o yaml").out;
    const edited = document.replace("replicas: 3", "replicas: 5");
    expect(run("edit deploy/web", edited).out).toBe("deployment.apps/web edited\n");
    expect(run("get deploy web -o jsonpath={.spec.replicas}").out).toBe("5");
  });
});

describe("several objects at a time", () => {
  test("rollout status looks at each Deployment when its turn comes, so that none is waited for in vain", () => {
    const { run } = session();
    run("kubectl create deployment api --image=web:1\nkubectl create deployment web --image=web:1");
    expect(run("kubectl rollout status deployment").out).toMatch(
      /deployment "api" successfully rolled out\ndeployment "web" successfully rolled out\n$/,
    );
  });

  test("wait has one time for all: what comes after it was used up is not looked at", () => {
    const { run } = session();
    run("kubectl create deployment a --image=web:never\nkubectl create deployment b --image=web:1");
    const { err, code } = run("kubectl wait --for=condition=Available deploy a b --timeout=5s");
    const late = ["a", "b"].map((n) => `timed out waiting for the condition on deployments/${n}\n`);
    expect({ err, code }).toEqual({ err: late.join(""), code: 1 });
  });
});

describe("delete --interactive", () => {
  test.each([
    ["y\n", 'deployment.apps "web" deleted from default namespace\n'],
    ["n\n", "deletion is cancelled\n"],
    ["", "deletion is cancelled\n"],
  ])("asks first, and does as %j says", (answer, then) => {
    const { run } = session();
    run(create);
    expect(run("kubectl delete deploy web -i", answer).out).toBe(
      "You are about to delete the following 1 resource(s):\ndeployment.apps/web\n" +
        `Do you want to continue? (y/N): ${then}`,
    );
  });
});

describe("the configuration of kubectl", () => {
  test.each([
    ["--context=x", "Error in configuration: context was not found for specified context: x\n"],
    ["--cluster=x", 'error: no server found for cluster "x"\n'],
    ["--user=x", 'error: auth info "x" does not exist\n'],
    ["--kubeconfig=x", "error: stat x: no such file or directory\n"],
  ])("%s names nothing there is", (flag, err) => {
    expect(session().run(`kubectl get pods ${flag}`)).toEqual({ out: "", err, code: 1 });
  });

  test("names of the one context, cluster and user are taken", () => {
    const line = "kubectl get pods --context=rollsim --cluster=rollsim --user=admin";
    expect(session().run(line).code).toBe(0);
  });
});

test("server-side apply takes over what client-side apply owned, and drops what is no longer named", () => {
  const { run } = session();
  run("kubectl apply -f -", manifest("replicas: 2\n  minReadySeconds: 4", "web:1"));
  run("kubectl apply --server-side -f -", manifest("replicas: 2", "web:1"));
  const { out } = run(
    "kubectl get deploy web -o jsonpath='{.spec.replicas}/{.spec.minReadySeconds}'",
  );
  expect(out).toBe("2/");
});

test("kubectl run --overrides changes the generated pod before it is created", () => {
  const { run } = session();
  const overrides = '{"spec":{"terminationGracePeriodSeconds":3}}';
  const line = `kubectl run a --image=web:1 --overrides='${overrides}'`;
  const path = "jsonpath={.spec.terminationGracePeriodSeconds}";
  expect(run(`${line} -o ${path}`).out).toBe("3");
});
