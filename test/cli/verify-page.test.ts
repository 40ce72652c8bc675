// What `rollsim verify` prints of a small Deployment, whole.
import { expect, test } from "vitest";
import { rollsim } from "./fake-io.ts";

const page = `replicas 1, maxSurge 0, maxUnavailable 1, 2 revisions: all 58 states explored

P2 spec surge: does not hold, nor is it promised; breached on 14 of 58
      occasions
      The sizes of all ReplicaSets never add up to more than replicas +
      maxSurge.
      not given: replicas, maxSurge and maxUnavailable stay as they are since
      the rollout began complete
      shortest way, 1 step:
     0 the rollout of v1 is complete
       v1* size 1, pods 1, available 1 (reported 1)
     1 the user scales
       v1* size 1, pods 1, available 1 (reported 1)
P3 availability: holds in all states; 58 occasions
      At least replicas - maxUnavailable pods are available, and stay so once
      every ReplicaSet has its size.
      not given: replicas, maxSurge and maxUnavailable stay as they are since
      the rollout began complete
P4 pod surge: does not hold, nor is it promised; breached on 8 of 30
      occasions
      When every ReplicaSet has its size, there are at most replicas + maxSurge
      pods.
      not given: replicas, maxSurge and maxUnavailable stay as they are since
      the rollout began complete
      shortest way, 1 step:
     0 the rollout of v1 is complete
       v1* size 1, pods 1, available 1 (reported 1)
     1 the user scales
       v1* size 1, pods 1, available 1 (reported 1)
P5 transient surge: does not hold, nor is it promised; breached on 27 of
      58 occasions
      While ReplicaSets lag, there are at most min(2 replicas, replicas + 2
      maxSurge + maxUnavailable) pods.
      not given: replicas, maxSurge and maxUnavailable stay as they are since
      the rollout began complete
      shortest way, 1 step:
     0 the rollout of v1 is complete
       v1* size 1, pods 1, available 1 (reported 1)
     1 the user scales
       v1* size 1, pods 1, available 1 (reported 1)
P7 not condemned: does not hold, nor is it promised; breached on 11 of 58
      occasions
      Pods that no ReplicaSet wants to delete are at most replicas + maxSurge.
      not given: replicas, maxSurge and maxUnavailable stay as they are since
      the rollout began complete
      shortest way, 1 step:
     0 the rollout of v1 is complete
       v1* size 1, pods 1, available 1 (reported 1)
     1 the user scales
       v1* size 1, pods 1, available 1 (reported 1)
P9 availability with faults: holds in all states; 58 occasions
      Each pod lost by itself costs at most one of the pods promised available.
      not given: replicas, maxSurge and maxUnavailable stay as they are since
      the rollout began complete
P10 availability as reported: holds in all states; 58 occasions
      The ReplicaSets report at least replicas - maxUnavailable available pods.
      not given: replicas, maxSurge and maxUnavailable stay as they are since
      the rollout began complete
P2 rolling writes respect the ceiling: holds in all states; 7 occasions
      A rolling sync that raises the sum of sizes ends at replicas + maxSurge or
      less.
P6 lasting availability per sync: holds in all states; 3 occasions
      If every status is honest, a rolling sync leaves the pods that will last
      at the floor, or as many as before.
      not given: replicas, maxSurge and maxUnavailable stay as they are since
      the rollout began complete
P11 one direction: holds in all states; 7 occasions
      No rolling sync resizes both the new ReplicaSet and an old one; creating
      is allowed.
P12 monotone: holds in all states; 7 occasions
      A rolling sync moves the new ReplicaSet towards its target, never past it;
      old ones never grow.
      not given: replicas, maxSurge and maxUnavailable stay as they are since
      the rollout began complete
P13 unhealthy first: holds in all states; 7 occasions
      What a rolling sync takes from reported available pods is no more than
      they exceed the floor by.
P14 status guard: holds in all states; 7 occasions
      Once cleanup meets a ReplicaSet that reports more than its size, no old
      one shrinks further.
P16 proportional scaling: holds in all states; 14 occasions
      With two or more ReplicaSets in use and the new one not full, scaling
      makes the sizes add up to replicas + maxSurge.
CE0 never more pods than replicas + maxSurge: does not hold, nor is it
      promised; breached on 30 of 58 occasions
      not given: nothing promises this: old pods go only after the new ones are
      asked for
      shortest way, 1 step:
     0 the rollout of v1 is complete
       v1* size 1, pods 1, available 1 (reported 1)
     1 the user scales
       v1* size 1, pods 1, available 1 (reported 1)
P24 every rollout ends: holds in all states; 6 occasions
      left alone, the system never goes round in a circle, and rests only when
      the rollout is complete or paused
      not given: replicas, maxSurge and maxUnavailable stay as they are since
      the rollout began complete

--scenario P2 prints its way for rollsim run.
`;

test("each law has its verdict, the words it is about, what is not given, and a way to its breach", async () => {
  const line = "verify --replicas 1 --surge 0 --unavailable 1 --revisions 2 --scale-to 0";
  expect(await rollsim(line.split(" "))).toEqual({ code: 0, out: page, err: "" });
});
