/** How many pods a run can have: what is asked for by mistake, a zero too many, has an end. */

/** Gone ones count, too. It takes half a minute and a gigabyte to come so far. */
export const MOST_PODS = 2 ** 23;

export class TooManyPods extends RangeError {
  override readonly name = "TooManyPods";

  constructor() {
    super(`more than ${MOST_PODS} pods: rollsim plays no more in one run; ask for fewer replicas`);
  }
}
