/** What the controller of Flagger's Canaries decides; a part of the register of decisions. */

const scheduler = "pkg/controller/scheduler.go";
const hooks = "pkg/controller/scheduler_hooks.go";
const metrics = "pkg/controller/scheduler_metrics.go";
const target = "pkg/canary/deployment_controller.go";

export const canaryDecisions = {
  "canary/gone": {
    says: "{canary} no longer exists: nothing to do.",
    from: "pkg/controller/controller.go syncHandler",
  },
  "canary/suspended": {
    says: "{canary} is suspended: nothing is looked at.",
    from: `${scheduler} advanceCanary`,
  },
  "canary/left-alone": {
    says: "{canary} is left alone: {why}.",
    from: `${scheduler} advanceCanary`,
  },
  "canary/finalize": {
    says: "{canary} is being deleted and reverts: {target} gets its pods back, and its Service and routes their old settings.",
    from: "pkg/controller/finalizer.go finalize",
  },
  "canary/init/service": {
    says: "Service {service} is created; it selects {pods}.",
    from: "pkg/router/kubernetes_default.go reconcileService",
  },
  "canary/init/primary": {
    says: "{primary} is created from {target}, with {replicas} replicas: it is what users will get.",
    from: `${target} createPrimaryDeployment`,
  },
  "canary/init/autoscaler": {
    says: "HorizontalPodAutoscaler {autoscaler} is created for {primary}.",
    from: "pkg/canary/hpa_reconciler.go reconcilePrimaryHpaV2",
  },
  "canary/init/done": {
    says: "The primary of {canary} is ready and has the requests: initialised.",
    from: `${scheduler} setPhaseInitialized`,
  },
  "canary/service/select": {
    says: "Service {service} now selects {pods}.",
    from: "pkg/router/kubernetes_default.go reconcileService",
  },
  "canary/new-revision": {
    says: "The pod template of {target} is neither the promoted one nor the one tried last: a new analysis begins.",
    from: `${scheduler} checkCanaryStatus`,
  },
  "canary/restart": {
    says: "The pod template of {target} changed during the analysis: all requests go to the primary, and the analysis begins anew.",
    from: `${scheduler} hasCanaryRevisionChanged`,
  },
  "canary/scale-up": {
    says: "{target} is to be tried: from {from} to {to} replicas.",
    from: `${target} ScaleFromZero`,
  },
  "canary/scale-to-zero": {
    says: "{target} is not needed now: from {from} to 0 replicas.",
    from: `${target} ScaleToZero`,
  },
  "canary/not-ready": {
    says: "{target} is not ready, the analysis waits: {why}.",
    from: `${scheduler} advanceCanary`,
  },
  "canary/analysis/start": {
    says: "{canary} gets no requests yet: only its pre-rollout hooks are asked.",
    from: `${scheduler} advanceCanary`,
  },
  "canary/load-test": {
    says: "Webhook {hook} is a load test: {rate} requests a second to {to} for {seconds} s, unless it runs already.",
    from: "pkg/loadtester/runner.go runAll",
  },
  "canary/hook/passed": {
    says: "Webhook {hook} ({type}) passed.",
    from: `${hooks} runPreRolloutHooks`,
  },
  "canary/hook/refused": {
    says: "Webhook {hook} ({type}) did not pass: {why}.",
    from: `${hooks} runPreRolloutHooks`,
  },
  "canary/metric/passed": {
    says: "{metric} is {value}, as it should ({range}).",
    from: `${metrics} runMetricChecks`,
  },
  "canary/metric/failed": {
    says: "{metric} is {value} and should be {range}: the check fails.",
    from: `${metrics} runMetricChecks`,
  },
  "canary/metric/no-values": {
    says: "{metric} has no values: no request reached the pods of {target} in its window, and the check fails. Send it some (a load test, or clients).",
    from: `${metrics} runBuiltinMetricChecks`,
  },
  "canary/metric/unanswered": {
    says: "{metric} cannot be read, and the check fails: {why}.",
    from: `${metrics} runMetricChecks`,
  },
  "canary/failed-check": {
    says: "{failed} of at most {threshold} checks have failed: the canary does not advance.",
    from: `${scheduler} advanceCanary`,
  },
  "canary/weight/advance": {
    says: "All checks passed: the canary's weight grows from {from} to {to}, {most} at most.",
    from: `${scheduler} runCanary`,
  },
  "canary/weight/mirror": {
    says: "{canary} gets copies of the requests for one step before it gets any.",
    from: `${scheduler} runCanary`,
  },
  "canary/iteration": {
    says: "All checks passed: iteration {to} of {iterations}.",
    from: `${scheduler} runBlueGreen`,
  },
  "canary/mirror": {
    says: "{canary} gets copies of all requests while it is checked.",
    from: `${scheduler} runBlueGreen`,
  },
  "canary/route-to-canary": {
    says: "All {iterations} iterations passed: all requests go to {target}.",
    from: `${scheduler} runBlueGreen`,
  },
  "canary/promote": {
    says: "{primary} gets the pod template of {target}.",
    from: `${target} Promote`,
  },
  "canary/promotion/shift": {
    says: "The primary runs the new version: its weight grows by {step}, from {from} to {to}.",
    from: `${scheduler} runPromotionTrafficShift`,
  },
  "canary/promotion/route-to-primary": {
    says: "The primary runs the new version: its weight goes from {from} to {to} at once.",
    from: `${scheduler} runPromotionTrafficShift`,
  },
  "canary/promotion/failed": {
    says: "The primary does not come up with the new version ({why}): all requests go to {target}, which has it, and the promotion has failed.",
    from: `${scheduler} handleFailedPromotion`,
  },
  "canary/finish": {
    says: "The primary has all requests: the promotion is complete, {target} may go.",
    from: `${scheduler} advanceCanary`,
  },
  "canary/skip-analysis": {
    says: "{canary} skips its analysis: promoted at once.",
    from: `${scheduler} shouldSkipAnalysis`,
  },
  "canary/rollback": {
    says: "{canary} has failed ({failed} of {threshold} failed checks): all requests go to the primary, and the new version goes.",
    from: `${scheduler} rollback`,
  },
} as const;
