package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"runtime"
	"strconv"
	"syscall"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // administers the cluster
)

// cluster is a throw-away PostgreSQL that listens on a socket only and, unlike that of the tests, waits for the disk.
type cluster struct {
	dir   string // of the socket and the data
	pool  *sql.DB
	cmd   *exec.Cmd
	ended chan error
}

// startCluster makes and starts one. It ends by stop, and with this process, however that ends.
func startCluster(ctx context.Context) (*cluster, error) {
	bin, err := binaries()
	if err != nil {
		return nil, err
	}
	owner, err := runAs()
	if err != nil {
		return nil, err
	}
	s := &cluster{ended: make(chan error, 1)}
	if s.dir, err = os.MkdirTemp("", "sekimori-bench-pg-"); err != nil {
		return nil, err
	}
	if owner != nil {
		if err := os.Chown(s.dir, int(owner.Uid), int(owner.Gid)); err != nil {
			return nil, errors.Join(err, os.RemoveAll(s.dir))
		}
	}
	as := func(name string, args ...string) *exec.Cmd {
		cmd := exec.Command(filepath.Join(bin, name), args...) // ended by stop, cleanly
		cmd.Dir = s.dir
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: owner, Pdeathsig: syscall.SIGINT}
		return cmd
	}
	out, err := as("initdb", "-D", "data", "-U", "postgres", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8").CombinedOutput()
	if err != nil {
		return nil, errors.Join(fmt.Errorf("initdb: %w\n%s", err, out), os.RemoveAll(s.dir))
	}
	s.cmd = as("postgres", "-D", "data", "-k", s.dir, "-c", "listen_addresses=", "-c", "fsync=on", "-c", "synchronous_commit=on")
	if s.pool, err = sql.Open("pgx", s.dsn("postgres")); err != nil {
		return nil, err
	}
	started := make(chan error)
	go func() {
		runtime.LockOSThread() // the signal of Pdeathsig comes when the thread ends that started the server
		err := s.cmd.Start()
		started <- err
		if err == nil {
			s.ended <- s.cmd.Wait()
		}
	}()
	if err := <-started; err != nil {
		return nil, errors.Join(err, os.RemoveAll(s.dir))
	}
	for range 600 {
		if err = s.pool.PingContext(ctx); err == nil {
			return s, nil
		}
		time.Sleep(50 * time.Millisecond)
	}
	return nil, errors.Join(fmt.Errorf("PostgreSQL did not start: %w", err), s.stop())
}

// stop ends the server and removes it.
func (s *cluster) stop() error {
	return errors.Join(s.pool.Close(), s.cmd.Process.Signal(syscall.SIGINT), <-s.ended, os.RemoveAll(s.dir))
}

// database makes an empty one and tells its address.
func (s *cluster) database(ctx context.Context, name string) (string, error) {
	_, err := s.pool.ExecContext(ctx, "create database "+name+" template template0")
	return s.dsn(name), err
}

func (s *cluster) dsn(database string) string {
	return "postgres:///" + database + "?" + url.Values{"host": {s.dir}, "user": {"postgres"}}.Encode()
}

// binaries finds the newest version, in Debian's folder or on the path.
func binaries() (string, error) {
	if found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/initdb"); len(found) > 0 {
		return filepath.Dir(found[len(found)-1]), nil
	}
	found, err := exec.LookPath("initdb")
	return filepath.Dir(found), err
}

// runAs is the user that runs the server: root must not, so it is postgres then.
func runAs() (*syscall.Credential, error) {
	if os.Getuid() != 0 {
		return nil, nil
	}
	found, err := user.Lookup("postgres")
	if err != nil {
		return nil, err
	}
	uid, err1 := strconv.ParseUint(found.Uid, 10, 32)
	gid, err2 := strconv.ParseUint(found.Gid, 10, 32)
	return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, errors.Join(err1, err2)
}
