/** What a kubelet's timer is for; its subject is the pod's row. */
export const Turn = {
  schedule: 0,
  start: 1,
  becomeReady: 2,
  becomeUnready: 3,
  recover: 4,
  evict: 5,
  crash: 6,
  backOff: 7,
  restart: 8,
  pullFails: 9,
  pullBacksOff: 10,
  stopped: 11,
  pull: 12,
  kill: 13,
  gate: 14,
  attach: 15,
  mount: 16,
  renew: 17,
  killed: 18,
} as const;
/** So many kinds of turns. */
export const TURNS = Object.keys(Turn).length;
export type TurnCode = (typeof Turn)[keyof typeof Turn];
