/** Known ways in which rollouts fail, each with a scenario that shows it and one that avoids it. */

export interface Story {
  readonly name: string;
  /** What its users see. */
  readonly sees: string;
  /** How the output of the broken scenario says so; that of the fixed one does not. */
  readonly shows: string;
  readonly why: string;
  /** `kubernetes#43576`: where people told of it. */
  readonly issue?: string;
  /** The pair in scenarios/. Default: the story's name, and that with `-fixed`. */
  readonly broken?: string;
  readonly fixed?: string;
  /** What rollsim explain is asked: an instant of the broken run, or which setting would save requests. */
  readonly ask: string;
  /** Begins of what it answers to that; default: the known failure of this name. */
  readonly says?: readonly string[];
}

/** A story without a pair, and why. */
export interface Untold {
  readonly name: string;
  readonly sees: string;
  readonly why: string;
  readonly issue?: string;
  readonly left: string;
  /** A scenario that shows it all the same. */
  readonly shown?: string;
}

const EXCEEDED = 'error: deployment "web" exceeded its progress deadline';

export const stories: readonly (Story | Untold)[] = [
  {
    name: "endpoint-race",
    sees: "success is printed, yet requests fail",
    shows: "staleView: the proxy's view was late",
    why: "SIGTERM is sent while proxies are still told that the pod goes: both begin at the deletion",
    issue: "kubernetes#43576",
    broken: "no-pre-stop",
    fixed: "zero-downtime",
    ask: "--traffic",
    says: ["The least preStop sleep", "preStop sleep"],
  },
  {
    name: "slow-ingress",
    sees: "success is printed, yet requests fail",
    shows: "staleView: the proxy's view was late",
    why: "a load balancer polls, and learns of endpoints later than the preStop sleep lasts",
    issue: "skipper#652",
    broken: "slow-proxies",
    fixed: "slow-proxies-fixed",
    ask: "--traffic",
    says: ["The least preStop sleep", "preStop sleep"],
  },
  {
    name: "keepalive-to-dead",
    sees: "success is printed, yet requests fail",
    shows: "reusedConnection: a kept connection was used after the pod had gone",
    why: "connections that clients keep open outlive the endpoint, and the pod drops them at SIGTERM",
    broken: "keep-alive",
    fixed: "keep-alive-fixed",
    ask: "--traffic",
    says: ["finishing what is under way on SIGTERM"],
  },
  {
    name: "prestop-eats-grace",
    sees: "success is printed, yet requests fail; containers end with exit code 137",
    shows: "killedInFlight: the pod was stopped while it worked on the request",
    why: "the grace period covers the preStop hook too; when it is over, the kubelet adds 2 s and kills",
    ask: "--at 50s",
  },
  {
    name: "terminating-free",
    sees: "pods wait for room, though replicas and surge fit",
    shows: "rollout_duration: max>30s",
    why: "pods that are terminating keep their room, and no count of the Deployment sees them",
    issue: "kubernetes#95498",
    ask: "--at 70s",
  },
  {
    name: "long-backoff",
    sees: "new pods come minutes after there is room for them",
    shows: "exceeded quota: team",
    why: "a quota counts terminating pods; each refusal doubles the wait until the next attempt, up to 16 minutes",
    issue: "kubernetes#98656",
    broken: "quota-long-backoff",
    fixed: "quota-long-backoff-fixed",
    ask: "--at 60s",
    says: ["replicaset/create-refused", "room in the quota"],
  },
  {
    name: "quota-no-surge",
    sees: "the rollout never begins: `0 out of 3 new replicas have been updated...`",
    shows: EXCEEDED,
    why: "25% of 3 that may be unavailable rounds down to 0, and the quota refuses the pod of surge",
    issue: "kubernetes#89209",
    ask: "--at 100s",
    says: ["deployment/rolling/floor-reached", "replicaset/create-refused", "maxUnavailable 1"],
  },
  {
    name: "three-on-three",
    sees: "the rollout stops at a pod that stays Pending",
    shows: EXCEEDED,
    why: "each pod wants a node of its own, and there are as many nodes as replicas",
    issue: "kubernetes#90151",
    ask: "--at 100s",
    says: ["deployment/rolling/floor-reached", "maxSurge 0 and"],
  },
  {
    name: "spread-lost",
    sees: "success is printed, and one node has twice the pods of another",
    shows: "size() == 4",
    why: "new pods are spread together with old ones, which are gone afterwards",
    issue: "kubernetes#98215",
    ask: "--at 120s",
  },
  {
    name: "all-on-one-node",
    sees: "the loss of one node is an outage",
    shows: "deploy.web.status.availableReplicas == 0",
    why: "no rule keeps pods apart, and other nodes were closed when they were placed",
    ask: "--at 120s",
  },
  {
    name: "hpa-ratchet",
    sees: "a rollout drives replicas to the maximum",
    shows: 'deploy["web"].spec.replicas == 40',
    why: "the autoscaler takes all pods times their use, those of the surge too",
    issue: "kubernetes#72775",
    ask: "--at 180s",
  },
  {
    name: "apply-resets-hpa",
    sees: "a release drops the replicas from 20 to 3",
    shows: "available_pods: min<=3",
    why: "the manifest says how many replicas, and so does the autoscaler",
    issue: "kubernetes#25238",
    fixed: "apply-keeps-hpa",
    ask: "--at 181s",
  },
  {
    name: "scale-and-ship",
    sees: "pods of the old version are added, to be replaced at once",
    shows: "revision 1 is the only one to scale: 4 to 8",
    why: "a change of replicas is shared out before the new template is rolled out",
    issue: "kubernetes#105395",
    ask: "--at 60s",
  },
  {
    name: "scale-when-stuck",
    sees: "more pods of a version that does not start",
    shows: "revision 2 gets its share, 2 to 5",
    why: "scaling is proportional: the ReplicaSet that is stuck grows too",
    ask: "--at 130s",
  },
  {
    name: "deadline-is-a-flag",
    sees: "exit code 1, and nobody rolls back",
    shows: "availableReplicas == 3",
    why: "the progress deadline sets a condition; nothing is rolled back",
    issue: "kubernetes#23211",
    ask: "--at 600s",
    says: ["a template whose pods"],
  },
  {
    name: "ready-then-crash",
    sees: "success is printed, then all pods crash",
    shows: "CrashLoopBackOff",
    why: "minReadySeconds is 0: whatever is ready once counts as available",
    issue: "kubernetes#78360",
    ask: "--at 85s",
  },
  {
    name: "minready-restart",
    sees: "the deadline passes though all is well in the end",
    shows: EXCEEDED,
    why: "a pod that is not ready in between begins its minReadySeconds anew",
    issue: "kubernetes#108266",
    ask: "--at 95s",
  },
  {
    name: "no-probe",
    sees: "success is printed, yet requests fail",
    shows: "tooSoon: the pod was ready before it listened",
    why: "a container without a readiness probe is ready as soon as it runs",
    broken: "no-readiness-probe",
    fixed: "no-readiness-probe-fixed",
    ask: "--traffic",
    says: ["a readiness probe that waits until the pod listens"],
  },
  {
    name: "liveness-kills-slow",
    sees: "restarts, until the deadline passes",
    shows: EXCEEDED,
    why: "a liveness probe, and no startup probe that holds it back",
    ask: "--at 120s",
  },
  {
    name: "shared-dependency",
    sees: "all pods are `0/1` at once: an outage",
    shows: "noEndpoint: the Service had no ready endpoint",
    why: "the readiness probes of all pods ask the same database",
    ask: "--at 70s",
  },
  {
    name: "status-says-done",
    sees: "success is printed, and old pods still serve",
    shows: "Terminating",
    why: "rollout status does not count terminating pods",
    issue: "kubectl#1628",
    ask: "--at 90s",
  },
  {
    name: "undo-ping-pong",
    sees: "the second undo brings the bad version back",
    shows: 'image == "web:v2"',
    why: "an undo goes to the second newest revision; after an undo that is the bad one",
    issue: "website#6921",
    broken: "undo-of-an-undo",
    fixed: "undo-of-an-undo-fixed",
    ask: "--at 59s",
  },
  {
    name: "undo-while-paused",
    sees: "the undo is refused",
    shows: "error: you cannot rollback a paused deployment",
    why: "kubectl refuses to undo while the Deployment is paused",
    ask: "--at 61s",
    says: ["deployment/paused", "kubectl rollout resume"],
  },
  {
    name: "no-history",
    sees: "the undo is refused",
    shows: 'error: no rollout history found for deployment "web"',
    why: "revisionHistoryLimit 0 deletes the old ReplicaSet at the end of each rollout",
    ask: "--at 50s",
  },
  {
    name: "gitops-reverts",
    sees: "the bad image is back 5 s after the undo",
    shows: 'image == "web:v2"',
    why: "a controller applies what git says again, soon after anybody changed it",
    issue: "argo-cd#15588",
    ask: "--at 64s",
  },
  {
    name: "config-not-rolled",
    sees: "success is printed, and no pod has the new configuration",
    shows: "size(rs) == 1",
    why: "the ConfigMap changed, the template did not",
    issue: "kubernetes#22368",
    ask: "--at 90s",
  },
  {
    name: "pdb-no-guard",
    sees: "fewer pods than the budget asks for, and drains that are refused",
    shows: "available_pods: min<=3",
    why: "a rollout deletes pods, it does not evict them; yet what it takes away uses the budget up",
    issue: "kubernetes#89820",
    ask: "--at 65s",
  },
  {
    name: "one-replica",
    sees: "an outage with each release",
    shows: "noEndpoint: the Service had no ready endpoint",
    why: "one replica, which may be unavailable",
    ask: "--at 62s",
  },
  {
    name: "cold-fleet",
    sees: "success is printed, and answers are slow",
    shows: "p(50)>50ms",
    why: "all pods are ready, and all are still warming up",
    ask: "--traffic",
    says: ["minReadySeconds"],
  },
  {
    name: "stampede",
    sees: "the database refuses connections during rollouts",
    shows: "total_pods: max>10",
    why: "each pod of the surge opens its connections besides those that are there",
    issue: "argo-rollouts#3284",
    ask: "--at 61s",
    says: ["deployment/rolling/no-room-to-surge"],
  },
  {
    name: "schema-stays",
    sees: "the undo is a success, and requests fail",
    shows: "versionError",
    why: "an undo brings back the pods, not the schema of the database",
    ask: "--traffic",
    says: [],
  },
  {
    name: "crash-old-first",
    sees: "old pods go before new ones are ready",
    why: "old pods that do not work go first, since that costs no capacity",
    issue: "kubernetes#16737",
    left: "by design: nothing is to be fixed",
    shown: "crash-old-first",
  },
];
