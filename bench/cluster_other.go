//go:build !linux

package main

import (
	"context"
	"errors"
)

type cluster struct{}

func startCluster(context.Context) (*cluster, error) {
	return nil, errors.New("PostgreSQL is measured on Linux: -only SQLite")
}

func (*cluster) stop() error { return nil }

func (*cluster) database(context.Context, string) (string, error) { return "", nil }
