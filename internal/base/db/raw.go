package db

import (
	"context"
	"database/sql"
	"fmt"
)

// Raw calls fn with row after row as the database holds it, and stops at its first error: nil, string, int64, bool, []byte, or
// float64. A boolean of SQLite is its number, 0 or 1; and SQLite may hold what is not of its column's type. The slice is
// filled anew for each row. See Each for r, Get for args.
func Raw(ctx context.Context, r Reader, query string, args []any, fn func(row []any) error) error {
	return r.on().read(ctx, query, args, func(rows *sql.Rows, columns []string) error {
		row, into := make([]any, len(columns)), make([]any, len(columns))
		for i := range row {
			into[i] = &row[i]
		}
		for rows.Next() {
			if err := rows.Scan(into...); err != nil {
				return fmt.Errorf("%w: %s", err, brief(query))
			}
			if err := fn(row); err != nil {
				return err
			}
		}
		return nil
	})
}
