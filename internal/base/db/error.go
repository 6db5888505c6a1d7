package db

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
	"modernc.org/sqlite"

	"sekimori/internal/base/errs"
)

// Result codes of SQLite that mean something to callers (sqlite.org/rescode.html), and classes of PostgreSQL's.
const (
	primaryKey    = 1555
	uniqueKey     = 2067
	foreignKey    = 787
	byTrigger     = 1811 // also what `on delete restrict` gives
	notADatabase  = 26
	serialization = "40001"
	deadlock      = "40P01"
)

var (
	busySQLite   = map[int]bool{5: true, 6: true, 8: true, 10: true, 13: true, 14: true} // busy, locked, read-only, I/O, full, cannot open
	busyPostgres = []string{"08", "25006", "40", "53", "55P03", "57P", "58"}             // connection, standby, clash, resources, lock, shutdown, system
)

// mapped is err as callers see it: one of the errors above, of kind Unavailable, or as it is; with the statement for the log.
// A cancelled context stays what it is.
func mapped(query string, err error) error {
	err = fmt.Errorf("%w: %s", err, brief(query))
	var pg *pgconn.PgError
	code := sqliteCode(err)
	switch {
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return err
	case errors.As(err, &pg):
		switch pg.Code {
		case "23505":
			return fmt.Errorf("%w: %w", ErrExists, err)
		case "23503", "23001":
			return fmt.Errorf("%w: %w", ErrInUse, err)
		}
	case code == uniqueKey, code == primaryKey:
		return fmt.Errorf("%w: %w", ErrExists, err)
	case code == foreignKey, code == byTrigger && strings.Contains(err.Error(), "FOREIGN KEY"):
		return fmt.Errorf("%w: %w", ErrInUse, err)
	}
	if unavailable(err) {
		return errs.Wrap(err, errs.Unavailable, "データベースがいま使えません。少し待って、もう一度お試しください。")
	}
	return err
}

func unavailable(err error) bool {
	var (
		pg      *pgconn.PgError
		connect *pgconn.ConnectError
		network net.Error
	)
	if errors.As(err, &pg) {
		for _, class := range busyPostgres {
			if strings.HasPrefix(pg.Code, class) {
				return true
			}
		}
	}
	return busySQLite[sqliteCode(err)&0xff] || errors.As(err, &connect) || errors.As(err, &network) ||
		errors.Is(err, driver.ErrBadConn) || errors.Is(err, sql.ErrConnDone) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF)
}

// clash says whether a transaction failed only because another ran beside it.
func clash(err error) bool {
	var pg *pgconn.PgError
	return errors.As(err, &pg) && (pg.Code == serialization || pg.Code == deadlock)
}

// sqliteCode is SQLite's extended result code, 0 for other errors.
func sqliteCode(err error) int {
	var e *sqlite.Error
	if errors.As(err, &e) {
		return e.Code()
	}
	return 0
}

// brief is a statement on one line. It holds no data: values are arguments.
func brief(query string) string {
	line := []rune(strings.Join(strings.Fields(query), " "))
	if len(line) > 200 {
		line = append(line[:200], '…')
	}
	return string(line)
}
