/** How long the kubelet waits before it tries again: twice as long each time. */
export const FIRST_BACKOFF_MS = 10_000;
export const LONGEST_BACKOFF_MS = 300_000;
