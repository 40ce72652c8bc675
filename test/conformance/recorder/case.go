package recorder

import "encoding/json"

// Case is one experiment. Times are whole seconds from its start.
type Case struct {
	Name     string              `json:"name"`
	Seed     int64               `json:"seed,omitempty"`
	Schedule string              `json:"schedule"`        // "fresh" or "random"
	From     int                 `json:"from,omitempty"`  // a random schedule is fresh before this second
	Moves    string              `json:"moves,omitempty"` // the random schedule that was played
	Starve   []Starve            `json:"starve,omitempty"`
	Sway     bool                `json:"sway,omitempty"`    // a random schedule whose preferences come and go
	Workers  bool                `json:"workers,omitempty"` // a random schedule that takes ReplicaSets out of turn
	Nodes    int                 `json:"nodes,omitempty"`
	Images   map[string]Behavior `json:"images"`
	Actions  []Action            `json:"actions"`
	Until    int                 `json:"until"`
}

// Starve makes a move rare for some time, in the choice of a random schedule. A player of the recorded
// moves does not need it.
type Starve struct {
	Move string  `json:"move"` // one of d r p D R
	From int     `json:"from"`
	To   int     `json:"to"`
	Keep float64 `json:"keep"` // the chance that the move may be chosen at all
}

// Behavior is what a pod of an image does: seconds from creation to node, from node to running, from
// running to ready, and from deletion to gone. Extra[i] is added to Ready for the i-th pod of a ReplicaSet.
type Behavior struct {
	Schedule   int   `json:"schedule,omitempty"`
	Start      int   `json:"start,omitempty"`
	Ready      int   `json:"ready,omitempty"`
	Extra      []int `json:"extra,omitempty"`
	Stop       int   `json:"stop,omitempty"`
	NeverReady bool  `json:"neverReady,omitempty"`
	NeverRun   bool  `json:"neverRun,omitempty"`   // image cannot be pulled: stays Pending on its node
	UnreadyAt  int   `json:"unreadyAt,omitempty"`  // seconds after first ready
	ReadyAgain int   `json:"readyAgain,omitempty"` // seconds after that; 0: never
	FailAt     int   `json:"failAt,omitempty"`     // seconds after first ready: phase Failed (evicted); only the first 3 pods of a ReplicaSet
	Restarts   []int `json:"restarts,omitempty"`   // restartCount of the i-th pod of a ReplicaSet once it runs
}

// Action is what a user, or a fault, does at a second. README.md says what each of them does.
type Action struct {
	At          int             `json:"at"`
	Do          string          `json:"do"`
	Deployment  json.RawMessage `json:"deployment,omitempty"`
	ReplicaSet  json.RawMessage `json:"replicaSet,omitempty"`
	Name        string          `json:"name,omitempty"`
	Patch       json.RawMessage `json:"patch,omitempty"`
	ToRevision  int64           `json:"toRevision,omitempty"`
	Pod         int             `json:"pod,omitempty"`
	Propagation string          `json:"propagation,omitempty"`
	Verb        string          `json:"verb,omitempty"`
	Resource    string          `json:"resource,omitempty"`
	Reason      string          `json:"reason,omitempty"`
	Skip        int             `json:"skip,omitempty"`
	N           int             `json:"n,omitempty"`
}

// Sync is one run of a controller on one key.
type Sync struct {
	Controller string   `json:"c"`
	Key        string   `json:"key"`
	Writes     []string `json:"writes,omitempty"`
	Events     []string `json:"events,omitempty"`
	After      []int64  `json:"after,omitempty"` // requeue delays asked for, ms; negative: rate limited
}

// Frame is one instant at which something was written.
type Frame struct {
	T           int64             `json:"t"` // ms
	Actions     []string          `json:"actions,omitempty"`
	Syncs       []Sync            `json:"syncs,omitempty"` // those that wrote or recorded an event
	Deployments []json.RawMessage `json:"deployments,omitempty"`
	ReplicaSets []json.RawMessage `json:"replicaSets,omitempty"`
	Pods        map[string]int    `json:"pods,omitempty"` // how many are alike
}

// Trace is what came of a case.
type Trace struct {
	Kubernetes string   `json:"kubernetes"`
	Case       Case     `json:"case"`
	Frames     []Frame  `json:"frames"`
	TooLong    bool     `json:"tooLong,omitempty"`
	Crashed    string   `json:"crashed,omitempty"` // the controller itself panicked, at the instant after the last frame
	Vectors    []Vector `json:"-"`
}

// Vector is one sync: what the controller's caches held, and what it wrote.
type Vector struct {
	Controller  string            `json:"controller"`
	Key         string            `json:"key"`
	Now         string            `json:"now"`
	Deployments []json.RawMessage `json:"deployments,omitempty"`
	ReplicaSets []json.RawMessage `json:"replicaSets,omitempty"`
	Pods        []json.RawMessage `json:"pods,omitempty"`
	Writes      []Write           `json:"writes,omitempty"`
	Events      []string          `json:"events,omitempty"`
	After       []int64           `json:"after,omitempty"`
	expecting   bool              // the ReplicaSet controller still waited for pods of this key
}
