// Command sekimori runs a public body's information-security policy.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"sekimori/internal/app"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := app.Main(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}
