/** Pods as the recordings' fakelet made them behave: its config.json in the words of behaviors. */
import type { Behavior } from "../../src/kubelet/behavior.ts";

const second = 1000;

/** One second to each step; `jitter`: pods of one ReplicaSet became ready some ms apart. */
export function fakelet(jitter: number): readonly Behavior[] {
  return [
    {
      match: { image: "nginx:1.161" },
      start: { delay: second },
      terminate: { delay: 0 },
      fault: { type: "ImagePullBackOff" },
    },
    {
      match: { image: "nginx:crash" },
      start: { delay: second, jitter },
      terminate: { delay: second, jitter },
      fault: { type: "CrashLoopBackOff", after: second + jitter },
    },
    {
      match: { image: "nginx:neverready" },
      start: { delay: second, jitter },
      terminate: { delay: second, jitter },
      fault: { type: "NeverReady" },
    },
    {
      start: { delay: second, jitter },
      ready: { delay: second, jitter },
      terminate: { delay: second, jitter },
    },
  ];
}
