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
import { refuseVerb } from "./verbs/about.ts";
import { apply } from "./verbs/apply.ts";
import { autoscale } from "./verbs/autoscale.ts";
import {
  createConfigMap,
  createDeployment,
  createFromFiles,
  createNamespace,
} from "./verbs/create.ts";
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
  command("cordon", "Mark node as unschedulable", dry + selector, cordon),
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
    "drain",
    "Drain node in preparation for maintenance",
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
    dry + selector + validate + manager + print + "all:bool overwrite:bool",
    taint,
  ),
  command("uncordon", "Mark node as schedulable", dry + selector, uncordon),
];
