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
import { clusterInfo, top, version } from "./verbs/about.ts";
import { canI, whoAmI } from "./verbs/auth.ts";
import { apiResources, apiVersions } from "./verbs/api-resources.ts";
import { viewLastApplied } from "./verbs/apply-last-applied.ts";
import { configView, currentContext } from "./verbs/config.ts";
import { describe } from "./verbs/describe.ts";
import { diff } from "./verbs/diff.ts";
import { events } from "./verbs/events.ts";
import { explain } from "./verbs/explain.ts";
import { get } from "./verbs/get.ts";
import { kustomize } from "./verbs/kustomize.ts";
import { logs } from "./verbs/inside-containers.ts";
import { rolloutHistory } from "./verbs/rollout-history.ts";
import { rolloutStatus } from "./verbs/rollout-status.ts";
import { wait } from "./verbs/wait.ts";

export const readCommands: readonly Command[] = [
  command(
    "api-resources",
    "api-group:string cached:bool categories:list namespaced:bool=true no-headers:bool " +
      "o,output:string sort-by:string verbs:list show-managed-fields:bool",
    apiResources,
  ),
  command("api-versions", "", apiVersions),
  command(
    "apply view-last-applied",
    "all:bool " + files + "o,output:string=yaml " + selector,
    viewLastApplied,
  ),
  command(
    "auth can-i",
    everywhere + "list:bool no-headers:bool q,quiet:bool subresource:string",
    canI,
  ),
  command("auth whoami", print, whoAmI),
  command("cluster-info|clusterinfo", "", clusterInfo),
  command("config current-context", "", currentContext),
  command(
    "config view",
    print.replace("output:string", "output:string=yaml") +
      "flatten:bool merge:bool=true minify:bool raw:bool",
    configView,
  ),
  command("describe", files + selector + everywhere + chunk + "show-events:bool=true", describe),
  command(
    "diff",
    files +
      selector +
      "concurrency:int=1 field-manager:string=kubectl-client-side-apply " +
      "force-conflicts:bool prune:bool prune-allowlist:array server-side:bool show-managed-fields:bool " +
      "show-secrets:bool",
    diff,
  ),
  command(
    "events|event|ev",
    everywhere + chunk + print + "for:string no-headers:bool types:list w,watch:bool",
    events,
  ),
  command(
    "explain",
    "api-version:string max-depth:int o,output:string=plaintext R,recursive:bool",
    explain,
  ),
  command("get", getFlags, get),
  command(
    "kustomize",
    "as-current-user:bool enable-alpha-plugins:bool enable-helm:bool enable-managedby-label:bool " +
      "e,env:array helm-api-versions:list helm-command:string=helm helm-debug:bool " +
      "helm-kube-version:string load-restrictor:string=LoadRestrictionsRootOnly mount:array " +
      "network:bool network-name:string=bridge o,output:string reorder:string",
    kustomize,
  ),
  command(
    "logs",
    "all-containers:bool all-pods:bool c,container:string f,follow:bool ignore-errors:bool " +
      "limit-bytes:int insecure-skip-tls-verify-backend:bool max-log-requests:int=5 pod-running-timeout:duration=20s prefix:bool p,previous:bool since:duration " +
      "since-time:string tail:int=-1 timestamps:bool " +
      selector,
    logs,
  ),
  command("rollout history", rolloutFlags + print + "revision:int", rolloutHistory),
  command(
    "rollout status",
    rolloutFlags + "revision:int timeout:duration w,watch:bool=true",
    rolloutStatus,
  ),
  command(
    "top node|nodes|no",
    selector +
      "no-headers:bool show-capacity:bool show-swap:bool sort-by:string use-protocol-buffers:bool=true",
    top,
  ),
  command(
    "top pod|pods|po",
    everywhere +
      selector +
      fieldSelector +
      "containers:bool no-headers:bool show-swap:bool sort-by:string sum:bool use-protocol-buffers:bool=true",
    top,
  ),
  command("version", "client:bool o,output:string", version),
  command(
    "wait",
    "f,filename:list R,recursive:bool=true " +
      selector +
      fieldSelector +
      everywhere +
      print +
      "all:bool for:array local:bool timeout:duration=30s",
    wait,
  ),
];
