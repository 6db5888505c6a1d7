package trailview

import (
	"context"
	"encoding/json"

	"sekimori/internal/base/db"
	"sekimori/internal/base/id"
	"sekimori/internal/kernel/access"
	"sekimori/internal/kernel/job"
	"sekimori/internal/kernel/trail"
)

// VerifyJob is the name of the job that verifies the trail.
const VerifyJob = "trail.verify"

// Service holds the use cases.
type Service struct {
	log  *trail.Log
	jobs *job.Queue
}

// Tables gives all audited tables there are: those of the program and of the registers that were adopted.
type Tables func(ctx context.Context) ([]trail.Audited, error)

// New makes the service.
func New(log *trail.Log, jobs *job.Queue) *Service { return &Service{log: log, jobs: jobs} }

// Ask has the trail verified, on behalf of by. It may take minutes, so a job does it.
func (s *Service) Ask(ctx context.Context, by *access.Actor) error {
	return s.log.DB().Update(ctx, func(tx *db.Tx) error {
		if _, err := by.Require(ctx, tx, access.TrailVerify, trail.Body); err != nil {
			return err
		}
		stopped, err := s.jobs.List(ctx, tx, job.Stopped)
		if err != nil {
			return err
		}
		for _, j := range stopped { // one that came to nothing is tried again, and is no longer shown as such
			if j.Kind == VerifyJob && j.Payload == by.Name {
				return s.jobs.Retry(ctx, tx, j.ID)
			}
		}
		_, err = s.jobs.Enqueue(ctx, tx, VerifyJob, by.Name)
		return err
	})
}

// Job is the kind of job that Ask leaves. jobs need their kinds before they exist, so it stands apart from Service.
func Job(log *trail.Log, tables Tables) job.Kind {
	return job.Kind{Name: VerifyJob, Title: "証跡の検証", Run: func(ctx context.Context, h *job.Handle) error {
		anchors, err := log.Anchors()
		if err != nil {
			return err
		}
		all, err := tables(ctx)
		if err != nil {
			return err
		}
		report, err := log.Verify(ctx, all, anchors)
		if err != nil {
			return err
		}
		sentences := []string{}
		for _, f := range report.Findings {
			sentences = append(sentences, f.String())
		}
		findings, err := json.Marshal(sentences)
		if err != nil {
			return err
		}
		return log.Do(ctx, trail.Act{Actor: h.Payload, Name: "trail.verify"}, func(tx *trail.Tx) error {
			row := Check{
				ID: id.New(tx.Now), Row: trail.Row{Home: trail.Body}, Actor: h.Payload, At: db.At(tx.Now), OK: report.OK,
				Size: report.Size, Root: report.Root, Checked: report.Checked, Findings: string(findings),
			}
			if err := checks.Put(ctx, tx, row); err != nil {
				return err
			}
			return h.Finish(ctx, tx.Plain())
		})
	}}
}

// state is everything that the page about the trail's health shows.
type state struct {
	status  trail.Status
	checks  []Check
	running []job.Job
}

// state is for whose matter the whole trail is.
func (s *Service) state(ctx context.Context, by *access.Actor) (out state, err error) {
	if err := s.log.DB().View(ctx, func(r db.Reader) error { return mayBody(ctx, r, by) }); err != nil {
		return out, err
	}
	if out.status, err = s.log.Status(ctx); err != nil {
		return out, err
	}
	err = s.log.DB().View(ctx, func(r db.Reader) error {
		out.running = nil
		if out.checks, err = lastChecks(ctx, r, 20); err != nil {
			return err
		}
		all, err := s.jobs.List(ctx, r, job.Waiting, job.Running, job.Stopped)
		for _, j := range all {
			if j.Kind == VerifyJob {
				out.running = append(out.running, j)
			}
		}
		return err
	})
	return out, err
}
