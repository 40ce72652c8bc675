/** How long the work on a request takes, by a draw of 32 bits. */
import { micros, type AppBehavior, type Micros, type Percentiles } from "./options.ts";

const RANGE = 0x1_0000_0000;

export function workOf({ serviceTime = { delay: 10 } }: AppBehavior): (bits: number) => Micros {
  if ("percentiles" in serviceTime) return byPercentiles(serviceTime);
  const delay = micros(serviceTime.delay);
  const jitter = micros(serviceTime.jitter ?? 0) / RANGE;
  return (bits) => delay + Math.round(jitter * bits);
}

/** The work at the middle of so many equal shares of requests; one, where all take the same. */
export function spread(work: (bits: number) => Micros, parts: number): readonly Micros[] {
  if (work(0) === work(RANGE - 1)) return [work(0)];
  return Array.from({ length: parts }, (_, i) => work(((i + 0.5) / parts) * RANGE));
}

/** By what factor work is slower, at that age of the container. */
export function warmth({ warmUp }: AppBehavior, age: Micros): number {
  if (warmUp === undefined || age >= warmUp.for * 1000) return 1;
  return warmUp.factor - ((warmUp.factor - 1) * age) / (warmUp.for * 1000);
}

function byPercentiles({ percentiles }: Percentiles): (bits: number) => Micros {
  const points = percentiles.map(([percent, value]) => [percent / 100, micros(value)] as const);
  return (bits) => {
    const share = bits / RANGE;
    const next = points.findIndex(([point]) => share < point);
    if (next < 0) return points.at(-1)![1];
    const [above, high] = points[next]!;
    if (next === 0) return high;
    const [below, low] = points[next - 1]!;
    return Math.round(low + ((high - low) * (share - below)) / (above - below));
  };
}
