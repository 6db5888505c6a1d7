package testkit

import (
	"context"
	"database/sql"
	_ "embed"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"sync"
	"syscall"
	"testing"
	"time"
)

// keeper.sh starts the server and ends it when no test process is left.
//
//go:embed keeper.sh
var keeper string

var start = sync.OnceValues(begin)

// cluster gives the running server; this process keeps it alive until its own end, whatever that is.
func cluster(t testing.TB) *server {
	t.Helper()
	s, err := start()
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func begin() (*server, error) {
	bin, err := binaries()
	if err != nil {
		return nil, err
	}
	owner, err := account()
	if err != nil {
		return nil, err
	}
	s := &server{dir: fmt.Sprintf("/tmp/sekimori-pg-%d", os.Getuid())} // short: the path of a socket has at most 107 bytes
	// The shared lock says that the server is in use; the kernel takes it back when this process ends.
	if s.users, err = lock(s.dir+".users", syscall.LOCK_SH); err != nil {
		return nil, err
	}
	// The other lets one process at a time look and start.
	starting, err := lock(s.dir+".start", syscall.LOCK_EX)
	if err != nil {
		return nil, err
	}
	defer func() { _ = starting.Close() }()
	s.pool, err = sql.Open("pgx", s.dsn("postgres"))
	if err != nil {
		return nil, err
	}
	s.pool.SetMaxOpenConns(4)
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	if s.pool.PingContext(ctx) == nil {
		return s, nil
	}
	if err := s.launch(bin, owner); err != nil {
		return nil, err
	}
	for {
		if err = s.pool.PingContext(ctx); err == nil {
			return s, nil
		}
		select {
		case <-ctx.Done():
			log, _ := os.ReadFile(filepath.Join(s.dir, "log"))
			return nil, fmt.Errorf("PostgreSQL did not start: %w\n%s", err, log)
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// launch leaves the keeper running in a session of its own, as owner, with nothing of this process but its name.
func (s *server) launch(bin string, owner *syscall.Credential) error {
	if err := errors.Join(os.RemoveAll(s.dir), os.Mkdir(s.dir, 0o700)); err != nil {
		return err
	}
	if owner != nil {
		if err := os.Chown(s.dir, int(owner.Uid), int(owner.Gid)); err != nil {
			return err
		}
	}
	cmd := exec.Command("sh", "-c", keeper, "sekimori-test-postgres", bin, s.dir, s.users.Name()) // outlives this process on purpose
	cmd.Dir = "/"
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Credential: owner}
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("start PostgreSQL: %w", err)
	}
	return cmd.Process.Release()
}

// binaries finds the newest version, in Debian's folder or on the path.
func binaries() (string, error) {
	if found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/initdb"); len(found) > 0 {
		return filepath.Dir(found[len(found)-1]), nil
	}
	if found, err := exec.LookPath("initdb"); err == nil {
		return filepath.Dir(found), nil
	}
	return "", errors.New("PostgreSQL is missing: apt-get install postgresql (make test does it)")
}

// account is the user that runs the server: root must not, so it is postgres then.
func account() (*syscall.Credential, error) {
	if os.Getuid() != 0 {
		return nil, nil
	}
	found, err := user.Lookup("postgres")
	if err != nil {
		return nil, err
	}
	uid, _ := strconv.ParseUint(found.Uid, 10, 32) // the system's own numbers
	gid, _ := strconv.ParseUint(found.Gid, 10, 32)
	return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, nil
}

// lock holds a file lock until the file is closed or the process ends.
func lock(path string, how int) (*os.File, error) {
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o644)
	if err != nil {
		return nil, err
	}
	for {
		if err = syscall.Flock(int(file.Fd()), how); !errors.Is(err, syscall.EINTR) {
			break
		}
	}
	if err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return file, nil
}
