package job

import (
	"context"
	"fmt"
	"time"

	"sekimori/internal/base/db"
	"sekimori/internal/base/errs"
	"sekimori/internal/base/id"
)

// Kind is a kind of job.
type Kind struct {
	Name  string // as it is stored: "org.import"
	Title string // for people

	// Run does the work. It has no effect but in the transaction in which it calls Finish, and may do things that can be done
	// twice before that; it begins anew after a failure. Where it has no transaction of its own it returns nil without Finish.
	// ctx ends when the process stops or another process has taken over. An error that trying again cannot help (Invalid,
	// NotFound, Forbidden) stops the job at once.
	Run func(ctx context.Context, h *Handle) error
}

// State is where a job is in its life.
type State string

// The states.
const (
	Waiting State = "waiting" // for its time and a free worker
	Running State = "running"
	Done    State = "done"
	Stopped State = "stopped" // failed for good, until somebody retries it
)

// Job is a job as people see it.
type Job struct {
	ID        id.ID   `db:"id"`
	Kind      string  `db:"kind"`
	Title     string  // of the kind
	Payload   string  `db:"payload"`
	State     State   `db:"state"`
	CreatedAt db.Time `db:"created_at"`
	DueAt     db.Time `db:"due_at"`   // not before
	EndedAt   string  `db:"ended_at"` // db.Time, or "" while it is neither done nor stopped
	Tries     int64   `db:"tries"`    // begun so far
	Error     string  `db:"error"`    // of the last try that failed
	Progress
}

// Progress is how far a job is.
type Progress struct {
	Done  int64  `db:"done"`
	Total int64  `db:"total"` // 0 where it is not known
	Note  string `db:"note"`  // what is being done, for people
}

// ErrLost is of kind Conflict: another worker has taken over, and what this one has done is undone.
var ErrLost = errs.New(errs.Conflict, "この処理はほかのところに引き継がれました。")

// Enqueue adds a job to what tx does: it is there when tx is committed, and is begun then. payload is the id of what it works
// on, never the data itself.
func (q *Queue) Enqueue(ctx context.Context, tx *db.Tx, kind, payload string) (id.ID, error) {
	if _, ok := q.kinds[kind]; !ok {
		return "", fmt.Errorf("job: no kind %q", kind)
	}
	if len(payload) > 200 {
		return "", fmt.Errorf("job: the payload of %s is %d bytes; it is an id", kind, len(payload))
	}
	tx.AfterCommit(q.call)
	job := id.New(tx.Now)
	return job, insert(ctx, tx, job, kind, payload)
}

// Retry has a stopped job begin anew. Conflict when it is not stopped.
func (q *Queue) Retry(ctx context.Context, tx *db.Tx, job id.ID) error {
	ok, err := revive(ctx, tx, job)
	if err == nil && !ok {
		err = errs.New(errs.Conflict, "この処理は停止していません。")
	}
	tx.AfterCommit(q.call)
	return err
}

// List is the newest jobs of some states, of all where none is named, at most some hundreds.
func (q *Queue) List(ctx context.Context, r db.Reader, states ...State) ([]Job, error) {
	if len(states) == 0 {
		states = []State{Waiting, Running, Done, Stopped}
	}
	jobs, err := newest(ctx, r, states)
	for i := range jobs {
		q.dress(&jobs[i])
	}
	return jobs, err
}

// Get reads one job; NotFound.
func (q *Queue) Get(ctx context.Context, r db.Reader, job id.ID) (Job, error) {
	j, err := one(ctx, r, job)
	q.dress(&j)
	return j, err
}

// dress adds what this process knows and the database does not.
func (q *Queue) dress(j *Job) {
	j.Title = j.Kind
	if kind, ok := q.kinds[j.Kind]; ok {
		j.Title = kind.Title
	}
	q.mu.Lock()
	h := q.here[j.ID]
	q.mu.Unlock()
	if h != nil && j.State == Running {
		j.Progress, _ = h.progress()
	}
}

// pauseAfter is how long a job waits after its n-th try failed.
func pauseAfter(n int64) time.Duration {
	pause := 2 * time.Second
	for ; n > 1 && pause < 10*time.Minute; n-- {
		pause *= 5
	}
	return min(pause, 10*time.Minute)
}
