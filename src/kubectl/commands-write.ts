/** Commands that change, with the flags of kubectl v1.37.2, also those rollsim has no use for. */
import {
  command,
  type Command,
  cascade,
  chunk,
  dry,
  everywhere,
  fieldSelector,
  files,
  generated,
  local,
  manager,
  print,
  record,
  rolloutFlags,
  save,
  selector,
  serviceFlags,
  setting,
  timeout,
  validate,
} from "./command-table.ts";
import { cordon, uncordon } from "./verbs/cordon.ts";
import { drain } from "./verbs/drain.ts";
import { taint } from "./verbs/taint.ts";
import { annotate, label } from "./verbs/label.ts";
import { apply } from "./verbs/apply.ts";
import { autoscale } from "./verbs/autoscale.ts";
import { createDeployment, createFromFiles, createNamespace } from "./verbs/create.ts";
import { createConfigMap } from "./verbs/create-data.ts";
import { createService, expose } from "./verbs/create-service.ts";
import { deleteObjects } from "./verbs/delete.ts";
import { edit } from "./verbs/edit.ts";
import { patch } from "./verbs/patch.ts";
import { replace } from "./verbs/replace.ts";
import { rolloutPause, rolloutRestart, rolloutResume } from "./verbs/rollout-change.ts";
import { rolloutUndo } from "./verbs/rollout-undo.ts";
import { scale } from "./verbs/scale.ts";
import { setEnv } from "./verbs/set-env.ts";
import { setImage } from "./verbs/set-image.ts";
import { setResources, setServiceAccount } from "./verbs/set-resources.ts";
import { setSelector } from "./verbs/set-selector.ts";

export const writeCommands: readonly Command[] = [
  command(
    "annotate",
    "all:bool " +
      everywhere +
      dry +
      manager +
      fieldSelector +
      files.replace("R,recursive:bool", "R,recursive:bool=true") +
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
    "apply",
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
    "autoscale",
    files +
      print +
      dry +
      manager +
      save +
      record +
      "cpu:string cpu-percent:int=-1 memory:string !max:int=-1 min:int=-1 name:string",
    autoscale,
  ),
  command("cordon", dry + selector, cordon),
  command(
    "create",
    files + selector + generated + record + "edit:bool raw:string windows-line-endings:bool",
    createFromFiles,
  ),
  command(
    "create configmap|cm",
    generated + "append-hash:bool from-env-file:list from-file:list from-literal:array",
    createConfigMap,
  ),
  command(
    "create deployment|deploy",
    generated + "!image:list port:int=-1 r,replicas:int=1",
    createDeployment,
  ),
  command("create namespace|ns", generated, createNamespace),
  command("create service clusterip", serviceFlags + "clusterip:string", createService),
  command("create service externalname", serviceFlags + "!external-name:string", createService),
  command("create service loadbalancer", serviceFlags, createService),
  command("create service nodeport", serviceFlags + "node-port:int", createService),
  command(
    "delete",
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
    "drain",
    dry +
      selector +
      chunk +
      timeout +
      "delete-emptydir-data:bool disable-eviction:bool force:bool grace-period:int=-1 " +
      "ignore-daemonsets:bool pod-selector:string skip-wait-for-delete-timeout:int",
    drain,
  ),
  command(
    "edit",
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
    "expose",
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
  command(
    "label",
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
    "patch",
    files +
      print +
      dry +
      local +
      manager +
      record +
      "p,patch:string patch-file:string subresource:string type:string=strategic",
    patch,
  ),
  command(
    "replace",
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
  command("rollout pause", rolloutFlags + print + manager, rolloutPause),
  command("rollout restart", rolloutFlags + print + manager, rolloutRestart),
  command("rollout resume", rolloutFlags + print + manager, rolloutResume),
  command("rollout undo", rolloutFlags + print + dry + "to-revision:int", rolloutUndo),
  command(
    "scale",
    files +
      selector +
      print +
      dry +
      record +
      timeout +
      "all:bool current-replicas:int=-1 !replicas:int=0 resource-version:string",
    scale,
  ),
  command(
    "set env",
    setting +
      "c,containers:string=* e,env:array from:string keys:list list:bool " +
      "overwrite:bool=true prefix:string resolve:bool",
    setEnv,
  ),
  command("set image", setting, setImage),
  command(
    "set resources",
    setting + "c,containers:string=* limits:string requests:string",
    setResources,
  ),
  command(
    "set selector",
    "all:bool f,filename:list R,recursive:bool=true " +
      print +
      dry +
      local +
      manager +
      record +
      "resource-version:string",
    setSelector,
  ),
  command("taint", dry + selector + validate + manager + print + "all:bool overwrite:bool", taint),
  command("uncordon", dry + selector, uncordon),
  command("set serviceaccount|sa", setting.replace(selector, ""), setServiceAccount),
];
