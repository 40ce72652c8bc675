/* The counter model of test/models/rollout.ts in Promela; change both together.
 *
 * Everything is chosen with -D when spin runs (see spin-compare.ts):
 *   K sets; R S U the size; CHANGES; BACK 1: a change may go to any earlier template;
 *   GOES_ON 1: a step that creates the new set may shrink old ones; MIN_READY 1: ready and
 *   available are two steps; FAULTS; SCALE 1 with R2 S2 U2; LAG 1 with LANDS 1: a second write to
 *   one set in one step lands; NO_GUARD 1; HOLDS: what to assert after each step.
 * SPIN counts one state more: the one before `begin`.
 */
#ifndef BACK
#define BACK 0
#endif
#ifndef GOES_ON
#define GOES_ON 0
#endif
#ifndef MIN_READY
#define MIN_READY 0
#endif
#ifndef FAULTS
#define FAULTS 0
#endif
#ifndef SCALE
#define SCALE 0
#define R2 R
#define S2 S
#define U2 U
#endif
#ifndef LAG
#define LAG 0
#endif
#ifndef LANDS
#define LANDS 0
#endif
#ifndef BREADTH
#define BREADTH 0
#endif
#ifndef NO_GUARD
#define NO_GUARD 0
#endif

byte current, changes;
bool exists[K];
byte spec[K], unready[K], available[K], status[K];
#if MIN_READY
byte ready[K];
#define READY(i) ready[i]
#else
#define READY(i) 0
#endif
#if FAULTS
byte faults;
#define LOST (FAULTS - faults)
#else
#define LOST 0
#endif
#if SCALE
bool scaled, noted[K]; /* noted: the set's size annotations are those of the second size */
#define REPLICAS (scaled -> R2 : R)
#define SURGE (scaled -> S2 : S)
#define UNAVAILABLE (scaled -> U2 : U)
#else
#define REPLICAS R
#define SURGE S
#define UNAVAILABLE U
#endif
#if LAG
bool copyListed[K], copyFresh[K];
byte copySpec[K], copyStatus[K];
#endif

#define MIN(a, b) ((a) < (b) -> (a) : (b))
#define MAX(a, b) ((a) > (b) -> (a) : (b))
#define PODS(i) (unready[i] + READY(i) + available[i])
#define LASTING(i) MIN(available[i], spec[i])
#define WANTED(i) MIN(PODS(i), spec[i])
#if K == 2
#define SUM(f) (f(0) + f(1))
#else
#define SUM(f) (f(0) + f(1) + f(2))
#endif
#define SPEC(i) spec[i]
#define AVAILABLE(i) available[i]
#define STATUS(i) status[i]
#define FLOOR (REPLICAS - UNAVAILABLE)
#define CEILING (REPLICAS + SURGE)

/* What can be asserted: HOLDS is one of these names. */
#define P2 (SUM(SPEC) <= CEILING)
#define P3 (SUM(AVAILABLE) >= FLOOR && SUM(LASTING) >= FLOOR)
#define P7 (SUM(WANTED) <= CEILING)
#define P9 (SUM(AVAILABLE) >= FLOOR - LOST)
#define P10 (SUM(STATUS) >= FLOOR)
#define PODS_CEILING (SUM(PODS) <= CEILING)
#define PODS_FLOOR (SUM(AVAILABLE) >= FLOOR)
#ifdef HOLDS
#define JUDGE CLEAR; assert(HOLDS)
#else
#define JUDGE CLEAR
#endif

/* Scratch of one step; no part of the state. SPIN searches breadth first only without hidden
 * variables, so with BREADTH they are ordinary ones, cleared after each step. */
#if BREADTH
#define SCRATCH
#define CLEAR \
  d_step { \
    i = 0; \
    do \
    :: i < K -> \
      listed[i] = 0; fresh[i] = 0; inUse[i] = 0; given[i] = 0; \
      sight[i] = 0; seen[i] = 0; share[i] = 0; \
      i++ \
    :: else -> break \
    od; \
    i = 0; picked = 0; best = 0; ended = 0; total = 0; size = 0; max = 0; spare = 0; take = 0; \
    add = 0; rest = 0; part = 0; excess = 0; others = 0 \
  }
#else
#define SCRATCH hidden
#define CLEAR skip
#endif
SCRATCH byte i, picked, best, ended;
SCRATCH int total, size, max, spare, take, add, rest, part, excess, others;
SCRATCH byte listed[K], fresh[K], inUse[K], given[K];
SCRATCH int sight[K], seen[K], share[K]; /* sizes and status as read */

inline begin() {
  changes = CHANGES;
#if FAULTS
  faults = FAULTS;
#endif
  exists[0] = true;
  spec[0] = R;
  available[0] = R;
  status[0] = R;
#if LAG
  i = 0;
  do
  :: i < K -> copyFresh[i] = true; i++
  :: else -> break
  od;
  copyListed[0] = true;
  copySpec[0] = R;
  copyStatus[0] = R
#endif
}

inline look() {
  i = 0;
  do
  :: i < K ->
#if LAG
    listed[i] = copyListed[i];
    fresh[i] = copyFresh[i];
    sight[i] = copySpec[i];
    seen[i] = copyStatus[i];
#else
    listed[i] = exists[i];
    fresh[i] = true;
    sight[i] = spec[i];
    seen[i] = status[i];
#endif
    i++
  :: else -> break
  od
}

inline resize(set, to) {
  if
  :: fresh[set] ->
    size = to; /* `to` is text and may read sight */
    sight[set] = size;
    spec[set] = size;
#if SCALE
    noted[set] = scaled;
#endif
#if LAG
    copyFresh[set] = false;
#if !LANDS
    fresh[set] = false;
#endif
#endif
    skip
  :: else -> ended = true
  fi
}

inline create() {
  size = MIN(CEILING - total, REPLICAS);
  size = MAX(size, 0);
  exists[current] = true;
  listed[current] = true;
  spec[current] = size;
  sight[current] = size;
#if SCALE
  noted[current] = scaled;
#endif
#if LAG
  copyFresh[current] = false;
  fresh[current] = LANDS
#endif
}

inline sumUp() {
  total = 0;
  i = 0;
  do
  :: i < K -> total = total + sight[i]; i++
  :: else -> break
  od
}

inline resizeNew() {
  add = MIN(CEILING - total, REPLICAS - sight[current]);
  if
  :: sight[current] > REPLICAS -> ended = true; resize(current, REPLICAS)
  :: else ->
    if
    :: add > 0 -> ended = true; resize(current, sight[current] + add)
    :: else -> skip
    fi
  fi
}

inline cleanUp() {
  i = 0;
  do
  :: i < K && !ended && max > 0 ->
    take = MIN(max, sight[i] - seen[i]);
    if
    :: !inUse[i] || take == 0 -> skip
    :: inUse[i] && take < 0 && !NO_GUARD -> ended = true
    :: else ->
      resize(i, sight[i] - take);
      max = max - take
    fi;
    i++
  :: else -> break
  od
}

inline shrinkHealthy() {
  spare = seen[current] - FLOOR;
  i = 0;
  do
  :: i < K -> spare = spare + (inUse[i] -> seen[i] : 0); i++
  :: else -> break
  od;
  i = 0;
  do
  :: i < K && !ended && spare > 0 ->
    take = (inUse[i] -> MIN(sight[i], spare) : 0);
    if
    :: take > 0 ->
      resize(i, sight[i] - take);
      spare = spare - take
    :: else -> skip
    fi;
    i++
  :: else -> break
  od
}

inline shrinkOld() {
  sumUp();
  max = total - FLOOR - (sight[current] - seen[current]);
  i = 0;
  do
  :: i < K -> inUse[i] = (i != current && sight[i] > 0); i++
  :: else -> break
  od;
  if
  :: max > 0 ->
    cleanUp();
    if
    :: !ended -> shrinkHealthy()
    :: else -> skip
    fi
  :: else -> skip
  fi
}

inline roll() {
  ended = false;
  sumUp();
  if
  :: !listed[current] && exists[current] -> ended = true
  :: !listed[current] && !exists[current] -> create(); ended = !GOES_ON
  :: else -> resizeNew()
  fi;
  if
  :: !ended -> shrinkOld()
  :: else -> skip
  fi
}

#if SCALE
#define MOST(set) (noted[set] -> R2 + S2 : R + S)
#define IN_USE(set) (sight[set] > 0)
#define EVENT(set) (IN_USE(set) && noted[set] != scaled)

#define SATURATED \
  (listed[current] && sight[current] == REPLICAS && seen[current] == REPLICAS && \
   (noted[current] -> R2 : R) == REPLICAS)

/* The next active set by size; ties: newer first when growing, older first when shrinking. */
inline pick() {
  best = K;
  i = 0;
  do
  :: i < K ->
    if
    :: inUse[i] && !given[i] ->
      if
      :: best == K -> best = i
      :: best < K && sight[i] > sight[best] -> best = i
      :: best < K && sight[i] == sight[best] && add > 0 -> best = i
      :: else -> skip
      fi
    :: else -> skip
    fi;
    i++
  :: else -> break
  od
}

inline spread() {
  sumUp();
  add = (REPLICAS > 0 -> CEILING : 0) - total;
  rest = add;
  picked = K;
  do
  :: true ->
    pick();
    if
    :: best == K -> break
    :: else -> skip
    fi;
    part = (2 * sight[best] * CEILING + MOST(best)) / (2 * MOST(best)) - sight[best];
    part = (REPLICAS > 0 -> part : 0 - sight[best]);
    part = (add > 0 -> MIN(part, rest) : MAX(part, rest));
    part = (rest == 0 -> 0 : part);
    given[best] = true;
    share[best] = sight[best] + part;
    rest = rest - part;
    picked = (picked == K -> best : picked)
  od;
  share[picked] = MAX(0, share[picked] + rest);
  i = 0;
  do
  :: i < K ->
    if
    :: inUse[i] -> resize(i, share[i])
    :: else -> skip
    fi;
    i++
  :: else -> break
  od
}

inline scale() {
  picked = 0;
  best = current;
  i = 0;
  do
  :: i < K ->
    inUse[i] = IN_USE(i);
    given[i] = false;
    picked = picked + (inUse[i] -> 1 : 0);
    best = (inUse[i] -> i : best);
    i++
  :: else -> break
  od;
  if
  :: picked <= 1 ->
    if
    :: sight[best] != REPLICAS -> resize(best, REPLICAS)
    :: else -> skip
    fi
  :: picked > 1 && SATURATED ->
    i = 0;
    do
    :: i < K ->
      if
      :: inUse[i] && i != current -> resize(i, 0)
      :: else -> skip
      fi;
      i++
    :: else -> break
    od
  :: else -> spread()
  fi
}
#endif

inline sync() {
  look();
#if SCALE
  if
  :: SUM(EVENT) > 0 -> scale()
  :: else -> roll()
  fi
#else
  roll()
#endif
}

#define EXCESS(i) (PODS(i) - spec[i])
#define OTHERS(i) MAX(0, EXCESS(i) - unready[i])

/* One step of set i's controller that deletes k pods which are ready but not available. */
#define REPLICASET(i, k) \
  :: d_step { \
       exists[i] && k >= OTHERS(i) - available[i] && k <= OTHERS(i) && k <= READY(i) -> \
       excess = EXCESS(i); \
       others = OTHERS(i); \
       NOTE_STATUS(i) \
       status[i] = available[i]; \
       unready[i] = unready[i] - MIN(excess, unready[i]); \
       TAKE_READY(i, k) \
       available[i] = available[i] - (others - k); \
       JUDGE \
     }
#if LAG
#define NOTE_STATUS(i) copyFresh[i] = copyFresh[i] && status[i] == available[i];
#define DELIVER(i) \
  :: d_step { \
       exists[i] -> \
       copyListed[i] = true; \
       copySpec[i] = spec[i]; \
       copyStatus[i] = status[i]; \
       copyFresh[i] = true; \
       JUDGE \
     }
#else
#define NOTE_STATUS(i)
#define DELIVER(i)
#endif
#if MIN_READY
#define TAKE_READY(i, k) ready[i] = ready[i] - k;
#define REPLICASETS(i) \
  REPLICASET(i, 0) REPLICASET(i, 1) REPLICASET(i, 2) REPLICASET(i, 3) REPLICASET(i, 4) \
  REPLICASET(i, 5) REPLICASET(i, 6) REPLICASET(i, 7) REPLICASET(i, 8) REPLICASET(i, 9)
#define KUBELET(i) \
  :: d_step { unready[i] > 0 -> unready[i]--; ready[i]++; JUDGE } \
  :: d_step { ready[i] > 0 -> ready[i]--; available[i]++; JUDGE }
#else
#define TAKE_READY(i, k)
#define REPLICASETS(i) REPLICASET(i, 0)
#define KUBELET(i) :: d_step { unready[i] > 0 -> unready[i]--; available[i]++; JUDGE }
#endif
#if FAULTS
#define FAULT(i) \
  :: d_step { faults > 0 && available[i] > 0 -> faults--; available[i]--; unready[i]++; JUDGE }
#else
#define FAULT(i)
#endif
#define CHANGE(i) \
  :: d_step { \
       changes > 0 && (i == current + 1 || (BACK && i < current)) -> \
       changes--; \
       current = i; \
       JUDGE \
     }
#define SET(i) CHANGE(i) REPLICASETS(i) KUBELET(i) FAULT(i) DELIVER(i)

init {
  d_step { begin(); JUDGE };
  do
  :: d_step { true -> sync(); JUDGE }
#if SCALE
  :: d_step { !scaled -> scaled = true; JUDGE }
#endif
  SET(0)
  SET(1)
#if K > 2
  SET(2)
#endif
  od
}
