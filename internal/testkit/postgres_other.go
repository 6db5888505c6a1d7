//go:build !linux

package testkit

import "testing"

func cluster(t testing.TB) *server {
	t.Helper()
	t.Skip("the tests on PostgreSQL run on Linux")
	return nil
}
