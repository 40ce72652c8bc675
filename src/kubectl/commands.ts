/**
 * Every kubectl command: its words, aliases, flags and what runs. The flags are those of kubectl
 * v1.37.2, also where rollsim has no use for them.
 */
import type { Call } from "./call.ts";
import { flagSpec, type FlagSpec } from "./flags.ts";
import { annotate, label } from "./verbs/label.ts";
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
import { apply } from "./verbs/apply.ts";
import { viewLastApplied } from "./verbs/apply-last-applied.ts";
import { autoscale } from "./verbs/autoscale.ts";
import {
  createConfigMap,
  createDeployment,
  createFromFiles,
  createNamespace,
} from "./verbs/create.ts";
import { createService, expose } from "./verbs/create-service.ts";
import { deleteObjects } from "./verbs/delete.ts";
import { describe } from "./verbs/describe.ts";
import { diff } from "./verbs/diff.ts";
import { edit } from "./verbs/edit.ts";
import { events } from "./verbs/events.ts";
import { explain } from "./verbs/explain.ts";
import { get } from "./verbs/get.ts";
import { patch } from "./verbs/patch.ts";
import { replace } from "./verbs/replace.ts";
import { rolloutPause, rolloutRestart, rolloutResume } from "./verbs/rollout-change.ts";
import { rolloutHistory } from "./verbs/rollout-history.ts";
import { rolloutStatus } from "./verbs/rollout-status.ts";
import { rolloutUndo } from "./verbs/rollout-undo.ts";
import { scale } from "./verbs/scale.ts";
import { setEnv } from "./verbs/set-env.ts";
import { setImage } from "./verbs/set-image.ts";
import { setResources, setServiceAccount } from "./verbs/set-resources.ts";
import { setSelector } from "./verbs/set-selector.ts";
import { wait } from "./verbs/wait.ts";

export interface Command {
  /** `rollout status` */
  readonly path: string;
  readonly aliases: readonly string[];
  readonly summary: string;
  readonly flags: readonly FlagSpec[];
  readonly required: readonly string[];
  /** Absent for groups, which only print their help. */
  readonly run?: (call: Call) => { readonly code: number } | void;
}

const files = "f,filename:list k,kustomize:string R,recursive:bool ";
const selector = "l,selector:string ";
const fieldSelector = "field-selector:string ";
const everywhere = "A,all-namespaces:bool ";
const print =
  "o,output:string allow-missing-template-keys:bool=true show-managed-fields:bool template:string ";
const dry = "dry-run:string=none?unchanged ";
const record = "record:bool ";
const manager = "field-manager:string ";
const validate = "validate:string=strict?strict ";
const save = "save-config:bool ";
const cascade = "cascade:string=background?background ";
const chunk = "chunk-size:int=500 ";
const local = "local:bool ";
const timeout = "timeout:duration=0s ";
const generated = print + dry + manager + validate + save;
const setting = "all:bool " + files + print + dry + local + manager + record + selector;

const deprecated: Readonly<Record<string, string>> = {
  record: "--record will be removed in the future",
  "cpu-percent":
    "Use --cpu with percentage or resource quantity format " +
    "(e.g., '70%' for utilization or '500m' for milliCPU).",
};

function specs(notation: string): readonly FlagSpec[] {
  const words = notation.split(" ").filter((word) => word !== "");
  return words.map((word) => {
    const spec = flagSpec(word);
    const hint = deprecated[spec.name];
    return hint === undefined ? spec : { ...spec, deprecated: hint };
  });
}

type Run = (call: Call) => { readonly code: number } | void;

function command(path: string, summary: string, notation: string, run?: Run): Command {
  const [words = "", ...aliases] = path.split("|");
  const required = notation.split(" ").filter((word) => word.startsWith("!"));
  return {
    path: words,
    aliases,
    summary,
    flags: specs(notation.replaceAll("!", "")),
    required: required.map((word) => flagSpec(word.slice(1)).name),
    ...(run === undefined ? {} : { run }),
  };
}

export const globalFlags: readonly FlagSpec[] = specs(
  "as:string as-group:array as-uid:string as-user-extra:array cache-dir:string " +
    "certificate-authority:string client-certificate:string client-key:string cluster:string " +
    "context:string disable-compression:bool insecure-skip-tls-verify:bool kubeconfig:string " +
    "kuberc:string log-flush-frequency:duration=5s match-server-version:bool n,namespace:string " +
    "password:string profile:string=none profile-output:string=profile.pprof " +
    "request-timeout:string=0 s,server:string tls-server-name:string token:string user:string " +
    "username:string v,v:int=0 vmodule:string warnings-as-errors:bool",
);

const getFlags =
  files +
  selector +
  fieldSelector +
  everywhere +
  chunk +
  print +
  "ignore-not-found:bool L,label-columns:list no-headers:bool output-watch-events:bool raw:string " +
  "server-print:bool=true show-kind:bool show-labels:bool sort-by:string subresource:string " +
  "w,watch:bool watch-only:bool";

const serviceFlags = generated + "tcp:list ";

const rolloutFlags = files + selector;

export const commands: readonly Command[] = [
  command(
    "annotate",
    "Update the annotations on a resource",
    "all:bool " +
      everywhere +
      dry +
      manager +
      fieldSelector +
      files +
      "list:bool " +
      local +
      print +
      "overwrite:bool " +
      record +
      "resource-version:string " +
      selector,
    annotate,
  ),
  command(
    "api-resources",
    "Print the supported API resources on the server",
    "api-group:string cached:bool categories:list namespaced:bool=true no-headers:bool " +
      "o,output:string sort-by:string verbs:list show-managed-fields:bool",
    apiResources,
  ),
  command("api-versions", "Print the supported API versions", "", apiVersions),
  command(
    "apply",
    "Apply a configuration to a resource by file name or stdin",
    files +
      selector +
      print +
      dry +
      validate +
      cascade +
      timeout +
      record +
      "all:bool field-manager:string=kubectl-client-side-apply force:bool force-conflicts:bool " +
      "grace-period:int=-1 openapi-patch:bool=true overwrite:bool=true prune:bool " +
      "prune-allowlist:array server-side:bool subresource:string wait:bool",
    apply,
  ),
  command(
    "apply view-last-applied",
    "View the latest last-applied-configuration annotations",
    "all:bool " + files + "o,output:string=yaml " + selector,
    viewLastApplied,
  ),
  command(
    "apply set-last-applied",
    "Set the last-applied-configuration annotation",
    files + print + dry + "create-annotation:bool",
    refuseVerb,
  ),
  command(
    "apply edit-last-applied",
    "Edit latest last-applied-configuration annotations",
    files + print + manager + validate,
    refuseVerb,
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
  command(
    "autoscale",
    "Auto-scale a deployment, replica set, stateful set, or replication controller",
    files +
      print +
      dry +
      manager +
      save +
      record +
      "cpu:string cpu-percent:int=-1 memory:string !max:int=-1 min:int=-1 name:string",
    autoscale,
  ),
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
  command("cordon", "Mark node as unschedulable", dry + selector, refuseVerb),
  command("cp", "Copy files and directories to and from containers", "", refuseVerb),
  command(
    "create",
    "Create a resource from a file or from stdin",
    files + selector + generated + record + "edit:bool raw:string windows-line-endings:bool",
    createFromFiles,
  ),
  command(
    "create configmap|cm",
    "Create a config map from a local file, directory or literal value",
    generated + "append-hash:bool from-env-file:array from-file:array from-literal:array",
    createConfigMap,
  ),
  command(
    "create deployment|deploy",
    "Create a deployment with the specified name",
    generated + "!image:list port:int=-1 r,replicas:int=1",
    createDeployment,
  ),
  command(
    "create namespace|ns",
    "Create a namespace with the specified name",
    generated,
    createNamespace,
  ),
  command("create service|svc", "Create a service using a specified subcommand", ""),
  command(
    "create service clusterip",
    "Create a ClusterIP service",
    serviceFlags + "clusterip:string",
    createService,
  ),
  command(
    "create service externalname",
    "Create an ExternalName service",
    serviceFlags + "!external-name:string",
    createService,
  ),
  command(
    "create service loadbalancer",
    "Create a LoadBalancer service",
    serviceFlags,
    createService,
  ),
  command(
    "create service nodeport",
    "Create a NodePort service",
    serviceFlags + "node-port:int",
    createService,
  ),
  command(
    "debug",
    "Create debugging sessions for troubleshooting workloads and nodes",
    "",
    refuseVerb,
  ),
  command(
    "delete",
    "Delete resources by file names, stdin, resources and names, or by resources and label selector",
    files +
      selector +
      fieldSelector +
      everywhere +
      cascade +
      dry +
      timeout +
      "all:bool force:bool grace-period:int=-1 ignore-not-found:bool i,interactive:bool now:bool " +
      "o,output:string raw:string wait:bool=true",
    deleteObjects,
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
  command("drain", "Drain node in preparation for maintenance", dry + selector, refuseVerb),
  command(
    "edit",
    "Edit a resource on the server",
    files +
      print +
      validate +
      manager +
      save +
      record +
      "output-patch:bool subresource:string windows-line-endings:bool",
    edit,
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
    "api-version:string o,output:string=plaintext recursive:bool",
    explain,
  ),
  command(
    "expose",
    "Take a replication controller, service, deployment or pod and expose it as a new Kubernetes service",
    files +
      print +
      dry +
      manager +
      save +
      record +
      "cluster-ip:string external-ip:string l,labels:string load-balancer-ip:string name:string " +
      "override-type:string=merge overrides:string port:string protocol:string selector:string " +
      "session-affinity:string target-port:string type:string",
    expose,
  ),
  command("get", "Display one or many resources", getFlags, get),
  command("kustomize", "Build a kustomization target from a directory or URL", "", refuseVerb),
  command(
    "label",
    "Update the labels on a resource",
    "all:bool " +
      everywhere +
      dry +
      manager +
      fieldSelector +
      files +
      "list:bool " +
      local +
      print +
      "overwrite:bool " +
      record +
      "resource-version:string " +
      selector,
    label,
  ),
  command(
    "logs",
    "Print the logs for a container in a pod",
    "all-containers:bool all-pods:bool c,container:string f,follow:bool ignore-errors:bool " +
      "limit-bytes:int max-log-requests:int=5 prefix:bool p,previous:bool since:duration " +
      "since-time:string tail:int=-1 timestamps:bool " +
      selector,
    logs,
  ),
  command(
    "patch",
    "Update fields of a resource",
    files +
      print +
      dry +
      local +
      manager +
      record +
      "p,patch:string patch-file:string subresource:string type:string=strategic",
    patch,
  ),
  command("port-forward", "Forward one or more local ports to a pod", "address:list", refuseVerb),
  command("proxy", "Run a proxy to the Kubernetes API server", "", refuseVerb),
  command(
    "replace",
    "Replace a resource by file name or stdin",
    files +
      print +
      dry +
      validate +
      cascade +
      timeout +
      manager +
      save +
      "force:bool grace-period:int=-1 raw:string subresource:string wait:bool",
    replace,
  ),
  command("rollout", "Manage the rollout of a resource", ""),
  command(
    "rollout history",
    "View rollout history",
    rolloutFlags + print + "revision:int",
    rolloutHistory,
  ),
  command(
    "rollout pause",
    "Mark the provided resource as paused",
    rolloutFlags + print + manager,
    rolloutPause,
  ),
  command("rollout restart", "Restart a resource", rolloutFlags + print + manager, rolloutRestart),
  command(
    "rollout resume",
    "Resume a paused resource",
    rolloutFlags + print + manager,
    rolloutResume,
  ),
  command(
    "rollout status",
    "Show the status of the rollout",
    rolloutFlags + "revision:int timeout:duration w,watch:bool=true",
    rolloutStatus,
  ),
  command(
    "rollout undo",
    "Undo a previous rollout",
    rolloutFlags + print + dry + "to-revision:int",
    rolloutUndo,
  ),
  command("run", "Run a particular image on the cluster", print + dry + "image:string", refuseVerb),
  command(
    "scale",
    "Set a new size for a deployment, replica set, or replication controller",
    files +
      selector +
      print +
      dry +
      record +
      timeout +
      "all:bool current-replicas:int=-1 !replicas:int=0 resource-version:string",
    scale,
  ),
  command("set", "Set specific features on objects", ""),
  command(
    "set env",
    "Update environment variables on a pod template",
    setting +
      "c,containers:string=* e,env:array from:string keys:list list:bool " +
      "overwrite:bool=true prefix:string resolve:bool",
    setEnv,
  ),
  command("set image", "Update the image of a pod template", setting, setImage),
  command(
    "set resources",
    "Update resource requests/limits on objects with pod templates",
    setting + "c,containers:string=* limits:string requests:string",
    setResources,
  ),
  command(
    "set selector",
    "Set the selector on a resource",
    "all:bool f,filename:list R,recursive:bool=true " +
      print +
      dry +
      local +
      manager +
      record +
      "resource-version:string",
    setSelector,
  ),
  command(
    "set serviceaccount|sa",
    "Update the service account of a resource",
    setting,
    setServiceAccount,
  ),
  command(
    "taint",
    "Update the taints on one or more nodes",
    dry + selector + "overwrite:bool",
    refuseVerb,
  ),
  command("top", "Display resource (CPU/memory) usage", ""),
  command("top node|nodes|no", "Display resource (CPU/memory) usage of nodes", selector, top),
  command(
    "top pod|pods|po",
    "Display resource (CPU/memory) usage of pods",
    everywhere + selector + "containers:bool sort-by:string",
    top,
  ),
  command("uncordon", "Mark node as schedulable", dry + selector, refuseVerb),
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

/** Other words that people try, and the command they mean (cobra's SuggestFor). */
export const suggestFor: Readonly<Record<string, string>> = {
  list: "get",
  ls: "get",
  inspect: "describe",
  rm: "delete",
  remove: "delete",
  stats: "top",
};
