/** What `describe` tells of kinds that recordings show seldom. */
import { expect, test } from "vitest";
import { Cluster } from "../../src/cluster.ts";
import { runKubectl } from "../../src/kubectl/cluster-io.ts";

/** Prints of a command after a manifest has been applied. */
function printed(manifest: object, line: string): string {
  const cluster = new Cluster({ nodes: 1 });
  let out = "";
  const streams = { out: (text: string) => (out += text), err: (text: string) => (out += text) };
  const io = { ...streams, readFile: () => undefined, stdin: JSON.stringify(manifest) };
  runKubectl(cluster, "kubectl apply -f -", io);
  out = "";
  runKubectl(cluster, `kubectl ${line}`, io);
  return out;
}

const autoscaler = {
  apiVersion: "autoscaling/v2",
  kind: "HorizontalPodAutoscaler",
  metadata: { name: "web" },
  spec: {
    scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: "web" },
    maxReplicas: 9,
    metrics: [
      {
        type: "ContainerResource",
        containerResource: {
          name: "cpu",
          container: "main",
          target: { type: "Utilization", averageUtilization: 40 },
        },
      },
      {
        type: "Pods",
        pods: { metric: { name: "rps" }, target: { type: "AverageValue", averageValue: "10" } },
      },
      {
        type: "Object",
        object: {
          metric: { name: "hits" },
          describedObject: { apiVersion: "v1", kind: "Service", name: "web" },
          target: { type: "Value", value: "100" },
        },
      },
      {
        type: "External",
        external: {
          metric: { name: "queue" },
          target: { type: "AverageValue", averageValue: "5" },
        },
      },
    ],
    behavior: {
      scaleDown: {
        selectPolicy: "Min",
        policies: [
          { type: "Pods", value: 1, periodSeconds: 60 },
          { type: "Percent", value: 10, periodSeconds: 60 },
        ],
      },
    },
  },
};

test("describe hpa tells of metrics of every source, and of its behavior", () => {
  const text = printed(autoscaler, "describe hpa web").replaceAll(/ {2,}(?=\S)/g, "  ");
  expect(text).toContain(`Metrics:  ( current / target )
  resource cpu of container "main" on pods  (as a percentage of request):  <unknown> / 40%
  "rps" on pods:  <unknown> / 10
  "hits" on Service/web (target value):  <unknown> / 100
  "queue" (target average value):  <unknown> / 5
`);
  expect(printed(autoscaler, "describe hpa web")).toContain(`
Behavior:
  Scale Up:
    Stabilization Window: 0 seconds
    Select Policy: Max
    Policies:
      - Type: Pods     Value: 4    Period: 15 seconds
      - Type: Percent  Value: 100  Period: 15 seconds
  Scale Down:
    Select Policy: Min
    Policies:
      - Type: Pods     Value: 1   Period: 60 seconds
      - Type: Percent  Value: 10  Period: 60 seconds
`);
});

test("limit ranges are told by resource, also with their namespace, and listed by their time", () => {
  const limits = [{ type: "Container", default: { cpu: "500m" }, max: { cpu: "1" } }];
  const range = {
    apiVersion: "v1",
    kind: "LimitRange",
    metadata: { name: "lim" },
    spec: { limits },
  };
  expect(printed(range, "describe limits lim")).toBe(`Name:       lim
Namespace:  default
Type        Resource  Min  Max  Default Request  Default Limit  Max Limit/Request Ratio
----        --------  ---  ---  ---------------  -------------  -----------------------
Container   cpu       -    1    500m             500m           -
`);
  expect(printed(range, "describe ns default")).toContain(`
Resource Limits
 Type       Resource  Min  Max  Default Request  Default Limit  Max Limit/Request Ratio
 ----       --------  ---  ---  ---------------  -------------  -----------------------
 Container  cpu       -    1    500m             500m           -
`);
  expect(printed(range, "get limits")).toMatch(/^NAME {3}CREATED AT\nlim {4}\d{4}-\d\d-\d\dT/);
});

test("a container's own seccomp profile is told below its ports", () => {
  const web = {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "web" },
    spec: {
      selector: { matchLabels: { app: "web" } },
      template: {
        metadata: { labels: { app: "web" } },
        spec: {
          containers: [
            {
              name: "web",
              image: "web",
              securityContext: {
                seccompProfile: { type: "Localhost", localhostProfile: "strict.json" },
              },
            },
          ],
        },
      },
    },
  };
  expect(printed(web, "describe deploy web")).toMatch(
    /Host Port: +<none>\n +SeccompProfile: +Localhost\n +LocalhostProfile: +strict\.json\n +Environment:/u,
  );
});

test("attributes of a volume of a driver are told with it", () => {
  const pod = {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "p" },
    spec: {
      containers: [{ name: "c", image: "i" }],
      volumes: [{ name: "v", csi: { driver: "d", volumeAttributes: { a: "b", c: "d" } } }],
    },
  };
  expect(printed(pod, "describe pod p")).toMatch(
    /ReadOnly: +false\n +VolumeAttributes: +a=b\n +c=d\n/u,
  );
});
