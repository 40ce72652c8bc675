/**
 * kubectl logs, exec, attach, cp, port-forward and debug: containers run no programs here, so these refuse, after
 * what the real ones refuse themselves (pkg/cmd, v0.37.2).
 */
import type { Call } from "../call.ts";
import { exitWith, fail, failAll, failUsage, goQuote } from "../errors.ts";
import { list, text } from "../fields.ts";
import { resolve } from "../resolve.ts";

export function logs(call: Call): void {
  const [target] = call.args;
  const selector = call.flags.text("selector");
  if (call.args.length > 2 || (target === undefined && selector === "")) {
    failUsage(
      "expected 'logs [-f] [-p] (POD | TYPE/NAME) [-c CONTAINER]'.\nPOD or TYPE/NAME is a required argument for the logs command",
      "logs",
    );
  }
  if (target !== undefined) {
    const [problem] = find(call, target);
    if (problem !== undefined && "status" in problem) {
      const { reason, message } = problem.status;
      const where = `in namespace ${goQuote(call.namespace)}`;
      fail(`error from server (${reason}): ${message} ${where}`);
    }
    failAll(problem === undefined ? [] : [problem]);
    refuseUnknownContainer(call, target);
  } else if (resolve(call, { bareType: "refused", args: ["pods"] }).infos.length === 0) {
    call.io.err(`No resources found in ${call.namespace} namespace.\n`);
    return;
  }
  notSimulated("logs");
}

/** -c, or the second argument, has to name one of the pod's containers. */
function refuseUnknownContainer(call: Call, target: string): void {
  const wanted = call.args[1] ?? call.flags.text("container");
  const [pod] = resolve(call, { bareType: "refused", args: argsOf(target) }).infos;
  if (wanted === "" || pod?.object.kind !== "Pod") return;
  const names = ["containers", "initContainers"].flatMap((where) =>
    list(pod.object, "spec", where).map((container) => text(container, "name")),
  );
  if (names.includes(wanted)) return;
  fail(`container ${wanted} is not valid for pod ${pod.ref.name} out of: ${names.join(", ")}`);
}

export function exec(call: Call): never {
  const { args, flags } = call;
  const [target] = args;
  if (target === undefined && flags.list("filename").length === 0) {
    fail("pod, type/name or --filename must be specified");
  }
  const beforeDash = flags.dashAt < 0 ? args.length : flags.dashAt;
  const withFile = args.length > 0 && flags.list("filename").length > 0;
  if (![0, 1].includes(flags.dashAt) && (beforeDash > 1 || withFile)) {
    failUsage(
      "exec [POD] [COMMAND] is not supported anymore. Use exec [POD] -- [COMMAND] instead",
      "exec",
    );
  }
  if (args.length < 2) fail("you must specify at least one command for the container");
  return refuse(call, target, "exec");
}

export function attach(call: Call): never {
  const [target] = call.args;
  if (target === undefined) fail("at least 1 argument is required for attach");
  return refuse(call, target, "attach");
}

export function portForward(call: Call): never {
  const [target] = call.args;
  if (target === undefined || call.args.length < 2) {
    failUsage("TYPE/NAME and list of ports are required for port-forward", "port-forward");
  }
  return refuse(call, target, "port-forward");
}

export function copy(call: Call): never {
  if (call.args.length < 2) fail("source and destination are required");
  const remote = call.args.filter((arg) => arg.includes(":"));
  if (remote.length === 0) fail("one of src or dest must be a remote file specification");
  const [pod] = (remote[0] ?? "").split(":");
  return refuse(call, pod?.split("/").at(-1), "cp");
}

export function debug(call: Call): never {
  const { args, flags } = call;
  if (flags.text("image") === "" && flags.text("copy-to") === "") {
    fail("you must specify --image when not using --copy-to.");
  }
  if (args.length === 0) fail("NAME is required for debug");
  return refuse(call, args[0], "debug");
}

function refuse(call: Call, target: string | undefined, what: string): never {
  if (target !== undefined) failAll(find(call, target));
  return notSimulated(what);
}

/** Why there is no such pod, or other object that stands for its pods. */
function find(call: Call, target: string): ReturnType<typeof resolve>["problems"] {
  const options = { bareType: "refused", selector: "", fieldSelector: "" } as const;
  return resolve(call, { ...options, args: argsOf(target) }).problems;
}

function argsOf(target: string): readonly string[] {
  return target.includes("/") ? [target] : ["pods", target];
}

function notSimulated(what: string): never {
  return exitWith(`error: rollsim does not simulate ${what}: containers run no programs`);
}
