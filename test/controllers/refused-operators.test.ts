/** A Rollout, a Canary and an Experiment get over any write that is refused once, and say that it was. */
import { describe, expect, test } from "vitest";
import type { KubeObject } from "../../src/api/meta.ts";
import type { WriteEntry } from "../../src/api/trace.ts";
import { Cluster, type ClusterOptions } from "../../src/cluster.ts";
import { canary, deployment, SUCCESS, USERS } from "./canary/world.ts";
import { analysisTemplate, rollout, service, template } from "./rollout/world.ts";

const second = 1000;

interface Play {
  readonly by: string;
  readonly objects: readonly KubeObject[];
  readonly options?: ClusterOptions;
  readonly update: (cluster: Cluster) => void;
}

function play({ objects, options, update }: Play, refused?: WriteEntry, skip = 0): Cluster {
  const cluster = new Cluster({ behaviors: [{ ready: { delay: second } }], ...options });
  if (refused !== undefined) {
    const { verb, resource } = refused;
    cluster.refuseWrites({ verb, resource, reason: "InternalError", skip, count: 1 });
  }
  cluster.act("create", (api) => {
    for (const object of objects) expect(api.create(object)).toMatchObject({ ok: true });
  });
  cluster.runUntil(30 * second);
  cluster.act("update", () => update(cluster));
  cluster.runUntil(200 * second);
  return cluster;
}

const patch = (resource: string, name: string, change: object) => (cluster: Cluster) =>
  expect(cluster.api.patch({ resource, name }, "merge", change)).toMatchObject({ ok: true });

const rate = analysisTemplate("rate", { interval: "5s", count: 2 });
const analysis = { templates: [{ templateName: "rate" }] };
const metricRules = [{ measure: "value" as const, value: 1 }];

const plays: readonly [string, Play][] = [
  [
    "a canary of Argo Rollouts",
    {
      by: "rollouts-controller",
      objects: [
        service("stable"),
        service("canary"),
        rate,
        rollout({
          canary: {
            stableService: "stable",
            canaryService: "canary",
            trafficRouting: { smi: {} },
            scaleDownDelaySeconds: 5,
            steps: [{ setWeight: 50 }, { pause: { duration: "5s" } }, { analysis }],
          },
        }),
      ],
      options: { metricRules },
      update: patch("rollouts", "web", { spec: { template: template("web:v2") } }),
    },
  ],
  [
    "a blue-green update of Argo Rollouts",
    {
      by: "rollouts-controller",
      objects: [
        service("active"),
        service("preview"),
        rate,
        rollout({
          blueGreen: {
            activeService: "active",
            previewService: "preview",
            scaleDownDelaySeconds: 5,
            prePromotionAnalysis: analysis,
          },
        }),
      ],
      options: { metricRules },
      update: patch("rollouts", "web", { spec: { template: template("web:v2") } }),
    },
  ],
  [
    "a canary of Flagger",
    {
      by: "flagger",
      objects: [deployment(), canary({ stepWeight: 50, maxWeight: 50, metrics: [SUCCESS] })],
      options: { traffic: [{ ...USERS, clients: [{ loop: "open", rate: 5, arrivals: "fixed" }] }] },
      update: patch("deployments", "podinfo", {
        spec: { template: { spec: { containers: [{ name: "podinfod", image: "podinfo:2" }] } } },
      }),
    },
  ],
];

type Fields = Readonly<Record<string, unknown>>;

/** What is left when all is over, without versions and times. */
function ended(cluster: Cluster): unknown {
  const of = (resource: string): unknown =>
    cluster.api.list(resource).map(({ metadata, ...rest }) => {
      const { clusterIP: _, clusterIPs: __, ...spec } = (rest["spec"] ?? {}) as Fields;
      return [metadata.name, spec];
    });
  const phases = [...cluster.api.list("rollouts"), ...cluster.api.list("canaries")].map(
    (object) => (object["status"] as { readonly phase?: string }).phase,
  );
  return [phases, of("services"), of("virtualservices"), of("trafficsplits")];
}

function told(cluster: Cluster, by: string): boolean {
  return cluster.trace.entries.some(
    (entry) =>
      (entry.kind === "event" && entry.message.includes("injected")) ||
      (entry.kind === "sync" && entry.by === by && entry.error?.includes("injected") === true),
  );
}

describe.each(plays)("%s", (_, of) => {
  test("ends as it would have, whichever of its writes is refused, and tells of it", () => {
    const whole = play(of);
    const writes = whole.trace.entries.filter(
      (entry): entry is WriteEntry => entry.kind === "write" && entry.by !== "user",
    );
    const counts = new Map<string, number>();
    const silent: string[] = [];
    let refused = 0;
    for (const entry of writes) {
      const key = `${entry.verb} ${entry.resource}`;
      const skip = counts.get(key) ?? 0;
      counts.set(key, skip + 1);
      if (entry.by !== of.by) continue;
      const cluster = play(of, entry, skip);
      expect([key, skip, ended(cluster)]).toEqual([key, skip, ended(whole)]);
      refused++;
      if (!told(cluster, of.by)) silent.push(`${key} ${entry.name}`);
    }
    expect(refused).toBeGreaterThan(10);
    expect(silent).toEqual([]);
  });
});
