import { describe, expect, test } from "vitest";
import { Cluster } from "../../src/cluster.ts";
import { runKubectl } from "../../src/kubectl/cluster-io.ts";

const second = 1000;

function session(options: ConstructorParameters<typeof Cluster>[0] = {}) {
  const cluster = new Cluster(options);
  const run = (line: string, stdin = "") => {
    const printed = { out: "", err: "" };
    const { code } = runKubectl(cluster, line, {
      stdin,
      readFile: () => undefined,
      out: (text) => (printed.out += text),
      err: (text) => (printed.err += text),
    });
    return { ...printed, code };
  };
  return { cluster, run };
}

/** Six pods of `web`, two on each node, all ready. */
function withPods(options: ConstructorParameters<typeof Cluster>[0] = {}) {
  const world = session(options);
  world.run("create deployment web --image=web:1 --replicas=6");
  world.cluster.runUntil(10 * second);
  return world;
}

const budget = `apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: { name: web }
spec: { maxUnavailable: 1, selector: { matchLabels: { app: web } } }
`;

describe("get and describe node", () => {
  test("show nodes as kubectl does", () => {
    const { run } = session({ nodes: 2 });
    expect(run("get nodes").out).toBe(
      "NAME     STATUS   ROLES    AGE   VERSION\n" +
        "node-1   Ready    <none>   0s    v1.37.2\nnode-2   Ready    <none>   0s    v1.37.2\n",
    );
    expect(run("get no node-2 -o wide --no-headers").out).toMatch(/^node-2 .* 10\.0\.0\.2 /);
  });

  test("a node that is down is NotReady, with the reason", () => {
    const { run, cluster } = session();
    cluster.act("down", () => {
      cluster.faults.failNode("node-2");
    });
    cluster.runUntil(50 * second);
    expect(run("get node node-2 --no-headers").out).toMatch(/^node-2 +NotReady +<none> /);
    expect(run("describe node node-2").out).toMatch(
      /\n  Ready +Unknown .* NodeStatusUnknown +Kubelet stopped posting node status\.\n/,
    );
  });

  test("describe sums up what its pods ask for", () => {
    const { run, cluster } = session({ nodes: 1, nodeCapacity: { cpu: "4", memory: "8Gi" } });
    run("create deployment web --image=web:1 --replicas=3");
    run("set resources deploy/web --requests=cpu=250m,memory=512Mi --limits=memory=1Gi");
    cluster.runUntil(60 * second);
    const { out } = run("describe node node-1");
    expect(out).toContain("Non-terminated Pods:          (3 in total)\n");
    expect(out).toMatch(/\n  default +web-\S+ +250m \(6%\) +0 \(0%\) +512Mi \(6%\) +1Gi \(12%\) /);
    expect(out).toContain("\n  cpu                750m (18%)    0 (0%)\n");
    expect(out).toContain("\n  memory             1536Mi (18%)  3Gi (37%)\n");
  });
});

describe("cordon and uncordon", () => {
  test("say what they did, and no pod goes to a cordoned node", () => {
    const { run, cluster } = session();
    expect(run("cordon node-1").out).toBe("node/node-1 cordoned\n");
    expect(run("cordon node/node-1").out).toBe("node/node-1 already cordoned\n");
    expect(run("get node node-1 --no-headers").out).toContain("Ready,SchedulingDisabled");
    run("create deployment web --image=web:1 --replicas=6");
    cluster.runUntil(10 * second);
    expect(run("get pods -o name --field-selector spec.nodeName=node-1").out).toBe("");
    expect(run("uncordon node-1").out).toBe("node/node-1 uncordoned\n");
    expect(run("get node node-1 -o jsonpath={.spec}").out).toBe("{}");
  });

  test.each([
    [
      "cordon",
      "error: USAGE: cordon NODE [flags]\nSee 'kubectl cordon -h' for help and examples\n",
    ],
    ["drain nope", 'Error from server (NotFound): nodes "nope" not found\n'],
    ["uncordon node-1 -l a=b", expect.stringContaining("cannot specify both a node name and a")],
  ])("kubectl %s fails in kubectl's words", (line, err) => {
    expect(session().run(line)).toEqual({ out: "", err, code: 1 });
  });

  test("a dry run changes nothing", () => {
    const { run } = session();
    expect(run("cordon node-1 --dry-run=client").out).toBe("node/node-1 cordoned (dry run)\n");
    expect(run("cordon node-1 --dry-run=server").out).toBe(
      "node/node-1 cordoned (server dry run)\n",
    );
    expect(run("get node node-1 -o jsonpath={.spec}").out).toBe("{}");
  });
});

describe("drain", () => {
  test("evicts the pods, waits until they are gone, and says so", () => {
    const { run, cluster } = withPods({ behaviors: [{ terminate: { delay: 3 * second } }] });
    const [first, other] = run("get pods -o name --field-selector spec.nodeName=node-1")
      .out.trim()
      .split("\n");
    const name = (pod = "") => pod.replace("pod/", "default/");
    expect(run("drain node-1")).toEqual({
      out:
        "node/node-1 cordoned\n" +
        `evicting pod ${name(first)}\nevicting pod ${name(other)}\n` +
        `${first} evicted\n${other} evicted\nnode/node-1 drained\n`,
      err: "",
      code: 0,
    });
    expect(cluster.now).toBe(13 * second);
  });

  test("asks again every 5 s where a budget allows no more, one pod after the other", () => {
    const { run, cluster } = withPods();
    run("create -f -", budget);
    const { out, err, code } = run("drain node-1");
    expect(out.match(/^evicting pod /gm)).toHaveLength(3);
    expect(err).toMatch(
      /^error when evicting pods\/"web-\S+" -n "default" \(will retry after 5s\): Cannot evict pod as it would violate the pod's disruption budget\.\n$/,
    );
    expect([code, cluster.now]).toEqual([0, 16 * second]);
  });

  test("gives up after --timeout, with the pods that are left", () => {
    const { run, cluster } = withPods();
    run("create -f -", budget.replace("maxUnavailable: 1", "minAvailable: 6"));
    const { out, err, code } = run("drain node-1 --timeout=7s");
    expect(out).not.toContain("drained");
    expect(err).toContain(`There are pending pods in node "node-1" when an error occurred: [`);
    expect(err).toContain("There are pending nodes to be drained:\n node-1\n");
    expect(err).toMatch(/\nerror when evicting pods\/.*: global timeout reached: 7s\n$/);
    expect([code, cluster.now]).toEqual([1, 17 * second]);
  });

  test.each([
    ["drain node-1", /cannot delete Pods that declare no controller \(use --force to override\)/],
    [
      "drain node-1 --force",
      /cannot delete Pods with local storage \(use --delete-emptydir-data to override\): default\/x/,
    ],
  ])("%s refuses a pod that would be lost", (line, problem) => {
    const { run, cluster } = session({ nodes: 1 });
    run(
      "create -f -",
      "{apiVersion: v1, kind: Pod, metadata: {name: x}, spec: {containers: [{name: x, image: x}], " +
        "volumes: [{name: d, emptyDir: {}}]}}",
    );
    cluster.runUntil(5 * second);
    const { err, code } = run(line);
    expect(err).toMatch(problem);
    expect(code).toBe(1);
    const forced = run("drain node-1 --force --delete-emptydir-data");
    expect(forced.out).toMatch(/pod\/x evicted\nnode\/node-1 drained\n$/);
    expect(forced.err).toContain("deleting Pods that declare no controller: default/x");
  });
});

describe("taint", () => {
  test("adds, changes and takes away taints", () => {
    const { run } = session();
    expect(run("taint nodes node-1 dedicated=web:NoSchedule").out).toBe("node/node-1 tainted\n");
    expect(run("taint node node-1 dedicated=db:NoSchedule").err).toBe(
      "error: node node-1 already has dedicated taint(s) with same effect(s) and --overwrite is false\n",
    );
    expect(run("taint node node-1 dedicated=db:NoSchedule --overwrite").out).toBe(
      "node/node-1 modified\n",
    );
    expect(run("describe node node-1").out).toMatch(/\nTaints: +dedicated=db:NoSchedule\n/);
    expect(run("taint node node-1 dedicated-").out).toBe("node/node-1 untainted\n");
    expect(run("taint node node-1 dedicated-").err).toBe('error: taint "dedicated" not found\n');
  });

  test.each([
    ["taint nodes node-1", "error: at least one taint update is required\n"],
    ["taint pods x a=b:NoSchedule", /^error: invalid resource type pods, only/],
    [
      "taint nodes node-1 a=b",
      /^error: invalid taint spec: a=b, name part must consist.*\nSee 'kubectl taint -h'/,
    ],
    ["taint nodes node-1 a=b:Never", /^error: invalid taint effect: Never, unsupported/],
    ["taint nodes a=b:NoSchedule", /^error: at least one resource name must be specified since/],
  ])("kubectl %s fails in kubectl's words", (line, err) => {
    const { code, err: said } = session().run(line);
    expect(code).toBe(1);
    if (typeof err === "string") expect(said).toBe(err);
    else expect(said).toMatch(err);
  });

  test("keeps pods away that do not tolerate it, until it is gone", () => {
    const { run, cluster } = session({ nodes: 2, podsPerNode: 3 });
    run("taint nodes node-1 dedicated=db:NoSchedule");
    run("create deployment web --image=web:1 --replicas=4");
    cluster.runUntil(10 * second);
    expect(run("get deploy web --no-headers").out).toMatch(/^web +3\/4 /);
    expect(run("get events --field-selector reason=FailedScheduling").out).toContain(
      "0/2 nodes are available: 1 Too many pods, 1 node(s) had untolerated taint(s).",
    );
    run("taint nodes node-1 dedicated-");
    cluster.runUntil(20 * second);
    expect(run("get deploy web --no-headers").out).toMatch(/^web +4\/4 /);
  });

  test.each([
    ["{ key: dedicated, operator: Equal, value: db, effect: NoSchedule }", 2],
    ["{ operator: Exists }", 2],
    ["{ key: dedicated, operator: Exists }", 2],
    ["{ key: dedicated, value: web }", 0],
    ["{ key: dedicated, operator: Exists, effect: NoExecute }", 0],
  ])("the toleration %s lets %i of 4 pods on the node", (toleration, count) => {
    const { run, cluster } = session({ nodes: 2 });
    run("taint nodes node-1 dedicated=db:NoSchedule");
    run(
      "create -f -",
      "{apiVersion: apps/v1, kind: Deployment, metadata: {name: web}, spec: {replicas: 4, " +
        "selector: {matchLabels: {app: web}}, template: {metadata: {labels: {app: web}}, spec: " +
        `{containers: [{name: web, image: web}], tolerations: [${toleration}]}}}}`,
    );
    cluster.runUntil(10 * second);
    const names = run("get pods -o name --field-selector spec.nodeName=node-1").out;
    expect(names.split("\n").filter(Boolean)).toHaveLength(count);
  });
});
