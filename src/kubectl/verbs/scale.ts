/** kubectl scale. Mirrors kubectl/pkg/cmd/scale/scale.go and pkg/scale (v0.37.2). */
import type { KubeObject } from "../../api/meta.ts";
import {
  changeCauseKey,
  changeCauseOf,
  dryRunOf,
  heed,
  recordsChangeCause,
  type Call,
  type DryRun,
} from "../call.ts";
import { exitWith, fail, failAll, failStatus } from "../errors.ts";
import { at, num, withField } from "../fields.ts";
import { reporter } from "../output/report.ts";
import { resolve, type Info } from "../resolve.ts";
import { resourceName } from "../resources.ts";
import { follow } from "../waiting.ts";

export function scale(call: Call): void {
  const { flags } = call;
  const replicas = flags.int("replicas");
  if (replicas < 0) {
    fail("The --replicas=COUNT flag is required, and COUNT must be greater than or equal to 0");
  }
  if (flags.int("current-replicas") < -1) {
    fail("The --current-replicas must specify an integer of -1 or greater");
  }
  const dryRun = dryRunOf(call);
  const report = reporter(call, dryRun);
  const selection = resolve(call, {
    bareType: flags.bool("all") ? "everything" : "refused",
    ...(flags.bool("all") ? { all: true as const } : {}),
    fetchFiles: true,
  });
  if (selection.infos.length === 0) {
    failAll(selection.problems);
    fail("no objects passed to scale");
  }
  for (const info of selection.infos) {
    const scaled = scaleOne(call, info, replicas, dryRun);
    report(withField(scaled, ["spec", "replicas"], replicas), "scaled");
  }
  failAll(selection.problems);
}

const scalable = ["Deployment", "ReplicaSet", "StatefulSet", "ReplicationController"];

function scaleOne(call: Call, info: Info, replicas: number, dryRun: DryRun): KubeObject {
  if (dryRun === "client") return info.object;
  if (!scalable.includes(info.kind.kind)) {
    exitWith("Error from server (NotFound): the server could not find the requested resource");
  }
  checkPreconditions(call, info.object);
  const dry = dryRun === "server" ? { dryRun: "All" as const } : {};
  const answer = heed(
    call,
    call.io.client.patch(
      info.ref,
      "merge",
      { spec: { replicas } },
      { subresource: "scale", fieldManager: "kubectl", ...dry },
    ),
  );
  if (!answer.ok) failStatus(answer.status);
  if (recordsChangeCause(call) && dryRun === "none") {
    const annotations = { [changeCauseKey]: changeCauseOf(call) };
    call.io.client.patch(
      info.ref,
      "merge",
      { metadata: { annotations } },
      { fieldManager: "kubectl" },
    );
  }
  const timeout = call.flags.duration("timeout");
  if (timeout > 0 && dryRun === "none") waitForReplicas(call, info, replicas, timeout);
  return info.object;
}

function checkPreconditions(call: Call, object: KubeObject): void {
  const current = call.flags.int("current-replicas");
  const actual = num(object, "spec", "replicas");
  if (current !== -1 && current !== actual)
    fail(`Expected replicas to be ${current}, was ${actual}`);
  const version = call.flags.text("resource-version");
  const actualVersion = object.metadata.resourceVersion ?? "";
  if (version !== "" && version !== actualVersion) {
    fail(`Expected resource version to be ${version}, was ${actualVersion}`);
  }
}

function waitForReplicas(call: Call, info: Info, replicas: number, timeoutMs: number): void {
  const watch = call.io.client.watch(resourceName(call.io.client, info.kind), {
    namespace: info.ref.namespace ?? call.namespace,
    fieldSelector: `metadata.name=${info.ref.name}`,
  });
  const end = follow(call, watch, timeoutMs, ({ object }) => {
    const observed =
      num(object, "status", "observedGeneration") >= (object.metadata.generation ?? 0);
    const reached = at(object, "status", "replicas") ?? 0;
    return observed && reached === replicas ? "done" : "go on";
  });
  if (end !== "done") fail("timed out waiting for the condition");
}
