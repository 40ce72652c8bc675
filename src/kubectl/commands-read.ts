/** Commands that look, with the flags of kubectl v1.37.2, also those rollsim has no use for. */
import {
  command,
  type Command,
  chunk,
  everywhere,
  fieldSelector,
  files,
  getFlags,
  print,
  rolloutFlags,
  selector,
} from "./command-table.ts";
import {
  apiResources,
  apiVersions,
  canI,
  clusterInfo,
  configView,
  currentContext,
  logs,
  refuseVerb,
  top,
  version,
  whoAmI,
} from "./verbs/about.ts";
import { viewLastApplied } from "./verbs/apply-last-applied.ts";
import { describe } from "./verbs/describe.ts";
import { diff } from "./verbs/diff.ts";
import { events } from "./verbs/events.ts";
import { explain } from "./verbs/explain.ts";
import { get } from "./verbs/get.ts";
import { rolloutHistory } from "./verbs/rollout-history.ts";
import { rolloutStatus } from "./verbs/rollout-status.ts";
import { wait } from "./verbs/wait.ts";

export const readCommands: readonly Command[] = [
  command(
    "api-resources",
    "Print the supported API resources on the server",
    "api-group:string cached:bool categories:list namespaced:bool=true no-headers:bool " +
      "o,output:string sort-by:string verbs:list show-managed-fields:bool",
    apiResources,
  ),
  command("api-versions", "Print the supported API versions", "", apiVersions),
  command(
    "apply view-last-applied",
    "View the latest last-applied-configuration annotations",
    "all:bool " + files + "o,output:string=yaml " + selector,
    viewLastApplied,
  ),
  command("attach", "Attach to a running container", "c,container:string", refuseVerb),
  command("auth", "Inspect authorization", ""),
  command(
    "auth can-i",
    "Check whether an action is allowed",
    everywhere + "list:bool no-headers:bool q,quiet:bool subresource:string",
    canI,
  ),
  command("auth whoami", "Check self subject attributes", print, whoAmI),
  command("cluster-info|clusterinfo", "Display cluster information", "", clusterInfo),
  command("completion", "Output shell completion code for the specified shell", "", refuseVerb),
  command("config", "Modify kubeconfig files", ""),
  command("config current-context", "Display the current-context", "", currentContext),
  command(
    "config view",
    "Display merged kubeconfig settings",
    "flatten:bool merge:bool=true minify:bool o,output:string=yaml raw:bool",
    configView,
  ),
  command("cp", "Copy files and directories to and from containers", "", refuseVerb),
  command(
    "debug",
    "Create debugging sessions for troubleshooting workloads and nodes",
    "",
    refuseVerb,
  ),
  command(
    "describe",
    "Show details of a specific resource or group of resources",
    files + selector + everywhere + chunk + "show-events:bool=true",
    describe,
  ),
  command(
    "diff",
    "Diff the live version against a would-be applied version",
    files +
      selector +
      "concurrency:int=1 field-manager:string=kubectl-client-side-apply " +
      "force-conflicts:bool prune:bool prune-allowlist:array server-side:bool show-managed-fields:bool " +
      "show-secrets:bool",
    diff,
  ),
  command(
    "events|event|ev",
    "List events",
    everywhere + chunk + print + "for:string no-headers:bool types:list w,watch:bool",
    events,
  ),
  command(
    "exec",
    "Execute a command in a container",
    "c,container:string f,filename:list i,stdin:bool t,tty:bool q,quiet:bool",
    refuseVerb,
  ),
  command(
    "explain",
    "Get documentation for a resource",
    "api-version:string max-depth:int o,output:string=plaintext R,recursive:bool",
    explain,
  ),
  command("get", "Display one or many resources", getFlags, get),
  command("kustomize", "Build a kustomization target from a directory or URL", "", refuseVerb),
  command(
    "logs",
    "Print the logs for a container in a pod",
    "all-containers:bool all-pods:bool c,container:string f,follow:bool ignore-errors:bool " +
      "limit-bytes:int max-log-requests:int=5 prefix:bool p,previous:bool since:duration " +
      "since-time:string tail:int=-1 timestamps:bool " +
      selector,
    logs,
  ),
  command("port-forward", "Forward one or more local ports to a pod", "address:list", refuseVerb),
  command("proxy", "Run a proxy to the Kubernetes API server", "", refuseVerb),
  command("rollout", "Manage the rollout of a resource", ""),
  command(
    "rollout history",
    "View rollout history",
    rolloutFlags + print + "revision:int",
    rolloutHistory,
  ),
  command(
    "rollout status",
    "Show the status of the rollout",
    rolloutFlags + "revision:int timeout:duration w,watch:bool=true",
    rolloutStatus,
  ),
  command("top", "Display resource (CPU/memory) usage", ""),
  command("top node|nodes|no", "Display resource (CPU/memory) usage of nodes", selector, top),
  command(
    "top pod|pods|po",
    "Display resource (CPU/memory) usage of pods",
    everywhere + selector + "containers:bool sort-by:string",
    top,
  ),
  command(
    "version",
    "Print the client and server version information",
    "client:bool o,output:string",
    version,
  ),
  command(
    "wait",
    "Wait for a specific condition on one or many resources",
    files.replace("R,recursive:bool", "R,recursive:bool=true") +
      selector +
      fieldSelector +
      everywhere +
      print +
      "all:bool for:array local:bool timeout:duration=30s",
    wait,
  ),
];
