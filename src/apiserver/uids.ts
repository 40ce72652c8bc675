/** UIDs grow in order of creation: where Kubernetes falls back on them, the older object is the smaller. */
export function uidText(uid: number): string {
  return `00000000-0000-0000-0000-${String(uid).padStart(12, "0")}`;
}
