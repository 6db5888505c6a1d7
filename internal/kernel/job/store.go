package job

import (
	"context"
	"embed"
	"io/fs"
	"maps"
	"slices"

	"sekimori/internal/base/db"
	"sekimori/internal/base/errs"
	"sekimori/internal/base/id"
)

//go:embed schema
var schema embed.FS

// Schema is the tables of this package.
func Schema() fs.FS { return db.Steps(schema) }

func insert(ctx context.Context, tx *db.Tx, job id.ID, kind, payload string) error {
	_, err := tx.Exec(ctx, `insert into job (id, kind, payload, state, created_at, due_at, ended_at, tries, lease, error)
		values ($1, $2, $3, $4, $5, $5, '', 0, 0, '')`, job, kind, payload, Waiting, tx.Now)
	return err
}

// candidate is a job that can be claimed.
type candidate struct {
	ID      id.ID  `db:"id"`
	Kind    string `db:"kind"`
	Payload string `db:"payload"`
	Tries   int64  `db:"tries"`
	Lease   int64  `db:"lease"`
}

// due reads the first jobs that can be claimed.
func (q *Queue) due(ctx context.Context) (list []candidate, err error) {
	err = q.db.View(ctx, func(r db.Reader) error {
		args := []any{db.At(q.db.Now()), Waiting, Running}
		list, err = db.List[candidate](ctx, r, `select j.id, j.kind, j.payload, j.tries, j.lease from job j left join job_beat b on b.job = j.id
			where (j.state = $2 and j.due_at <= $1 or j.state = $3 and (b.until is null or b.until <= $1))
			and j.kind in `+db.In(&args, slices.Collect(maps.Keys(q.kinds)))+` order by j.due_at, j.id limit 20`, args...)
		return err
	})
	return list, err
}

// take claims a job that nobody has touched since it was read.
func take(ctx context.Context, tx *db.Tx, c candidate, until db.Time) (bool, error) {
	n, err := tx.Exec(ctx, `update job set state = $1, tries = tries + 1, lease = lease + 1 where id = $2 and lease = $3 and state in ($4, $5)`,
		Running, c.ID, c.Lease, Waiting, Running)
	if n == 0 || err != nil {
		return false, err
	}
	_, err = tx.Exec(ctx, `insert into job_beat (job, lease, until, done, total, note) values ($1, $2, $3, 0, 0, '')
		on conflict (job) do update set lease = excluded.lease, until = excluded.until, done = 0, total = 0, note = ''`, c.ID, c.Lease+1, until)
	return true, err
}

// live is a sign of life; false when the lease is lost.
func live(ctx context.Context, tx *db.Tx, h *Handle, until db.Time, p Progress) (bool, error) {
	n, err := tx.Exec(ctx, `update job_beat set until = $1, done = $2, total = $3, note = $4 where job = $5 and lease = $6`,
		until, p.Done, p.Total, p.Note, h.Job, h.lease)
	return n > 0, err
}

// finish ends a job; false when the lease is lost or the try has ended.
func finish(ctx context.Context, tx *db.Tx, job id.ID, lease int64) (bool, error) {
	n, err := tx.Exec(ctx, `update job set state = $1, ended_at = $2, error = '' where id = $3 and lease = $4 and state = $5`,
		Done, tx.Now, job, lease, Running)
	return n > 0, err
}

// fail and putBack end a try in the same way, if the lease is still held.

func fail(ctx context.Context, tx *db.Tx, job id.ID, lease int64, cause error) error {
	_, err := tx.Exec(ctx, `update job set state = $1, ended_at = $2, error = $3 where id = $4 and lease = $5 and state = $6`,
		Stopped, tx.Now, errs.Message(cause), job, lease, Running)
	return err
}

func putBack(ctx context.Context, tx *db.Tx, h *Handle, due db.Time, tries int64, why string) error {
	_, err := tx.Exec(ctx, `update job set state = $1, due_at = $2, tries = $3, error = $4 where id = $5 and lease = $6 and state = $7`,
		Waiting, due, tries, why, h.Job, h.lease, Running)
	return err
}

func revive(ctx context.Context, tx *db.Tx, job id.ID) (bool, error) {
	n, err := tx.Exec(ctx, `update job set state = $1, due_at = $2, ended_at = '', tries = 0 where id = $3 and state = $4`, Waiting, tx.Now, job, Stopped)
	return n > 0, err
}

const columns = `select j.id, j.kind, j.payload, j.state, j.created_at, j.due_at, j.ended_at, j.tries, j.error,
	coalesce(b.done, 0) as done, coalesce(b.total, 0) as total, coalesce(b.note, '') as note from job j left join job_beat b on b.job = j.id `

func newest(ctx context.Context, r db.Reader, states []State) ([]Job, error) {
	var args []any
	return db.List[Job](ctx, r, columns+`where j.state in `+db.In(&args, states)+` order by j.created_at desc, j.id desc limit 300`, args...)
}

func one(ctx context.Context, r db.Reader, job id.ID) (Job, error) {
	return db.Get[Job](ctx, r, columns+`where j.id = $1`, job)
}
