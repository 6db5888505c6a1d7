// Package app is the composition root: it knows every feature, opens the database and the
// packs, and turns command lines into use cases. It guarantees the exit status of
// commands: 0 done, 1 the check found something open, 2 wrong use or bad input with nothing
// written, 3 anything else. It holds no rules of its own.
package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"os/user"
	"path/filepath"
	"strings"

	"github.com/alecthomas/kong"

	"sekimori/internal/base/errs"
	"sekimori/internal/kernel/access"
)

// Exit statuses (commands.md).
const (
	exitDone = iota
	exitOpen
	exitInput
	exitFailed
)

// errOpen ends a check that worked and found something open.
var errOpen = errors.New("open")

// commands is the command line.
type commands struct {
	DB      string `name:"db" env:"SEKIMORI_DB" default:"sqlite:sekimori.db" placeholder:"DSN" help:"データベース。sqlite:ファイル か postgres://…"`
	Store   string `env:"SEKIMORI_STORE" placeholder:"DIR" help:"鍵、最後に署名した記録、ファイルを置くフォルダー。省くとデータベースの隣"`
	Regimes string `env:"SEKIMORI_REGIMES" placeholder:"DIR" help:"パックを加えるフォルダー（REGIME/EDITION/…）"`
	JSON    bool   `name:"json" help:"結果をJSONで標準出力に書く"`

	Demo    demoCommand    `cmd:"" help:"架空の「みなと市」を手元だけで動かす"`
	Serve   serveCommand   `cmd:"" help:"サーバを動かす"`
	Backup  backupCommand  `cmd:"" help:"動かしたまま、すべて（鍵のほか）の控えを1つのファイルに取る"`
	Restore restoreCommand `cmd:"" help:"控えを、空のデータベースに戻す"`
	Policy  struct {
		Import  importCommand  `cmd:"" help:"公表された規程の本文を取り込む"`
		Clauses clausesCommand `cmd:"" help:"条項を一覧する"`
		Diff    diffCommand    `cmd:"" help:"取り込んだ2つの版を比べる"`
		Outline outlineCommand `cmd:"" help:"本文から clauses.yaml を作る（パックを書く人向け）"`
	} `cmd:"" help:"規程の本文と条項"`
	Trail struct {
		Verify     verifyCommand     `cmd:"" help:"証跡とすべての台帳の行が、書かれたときのままかを検証する"`
		Status     statusCommand     `cmd:"" help:"証跡の状態（件数、根、最後の署名）を示す"`
		Checkpoint checkpointCommand `cmd:"" help:"いまの証跡に署名し、別の場所に保管する控えを書き出す"`
		Epoch      epochCommand      `cmd:"" help:"データベースの複製や鍵が失われたあとに、理由を残して新しい期を開く"`
		Rebuild    rebuildCommand    `cmd:"" help:"証跡に追随する索引を、最初から作り直す"`
		Receipt    receiptCommand    `cmd:"" help:"ある対象の受領証を書き出す"`
		Erase      eraseCommand      `cmd:"" help:"個人情報を、法の定めにより証跡から消去する"`
	} `cmd:"" help:"証跡"`
	Org struct {
		Holders holdersCommand `cmd:"" help:"役割をだれが務めているかを、ある日について示す"`
	} `cmd:"" help:"組織と役割"`
	Access struct {
		Appoint appointCommand   `cmd:"" help:"運用管理者か監査閲覧者を任命する（最初の運用管理者も）"`
		Dismiss dismissCommand   `cmd:"" help:"運用管理者か監査閲覧者の任を解く"`
		List    appointedCommand `cmd:"" help:"任命されている運用管理者と監査閲覧者を一覧する"`
		Grant   grantCommand     `cmd:"" help:"閉じた事案の閲覧を、期間を限って認める"`
		Ungrant ungrantCommand   `cmd:"" help:"閉じた事案の閲覧を取り消す"`
	} `cmd:"" help:"規程によらない役割と、閉じた事案の閲覧"`
	Account struct {
		Add     accountAddCommand     `cmd:"" help:"職員の利用者を登録し、仮のパスワードを出す"`
		Suspend accountSuspendCommand `cmd:"" help:"利用者を停止する"`
		Resume  accountResumeCommand  `cmd:"" help:"停止した利用者を再開する"`
		Close   accountCloseCommand   `cmd:"" help:"利用者を廃止する"`
		Reset   accountResetCommand   `cmd:"" help:"仮のパスワードを出し直す"`
	} `cmd:"" help:"利用者"`
	Code   codeCommand `cmd:"" help:"認証アプリに出る確認コードを示す（デモを見る人のため）"`
	People struct {
		Import    peopleImportCommand `cmd:"" help:"組織、職、発令、名簿などのファイルを、1回の異動として取り込む"`
		Batches   batchesCommand      `cmd:"" help:"取り込みを一覧する"`
		Holds     holdsCommand        `cmd:"" help:"保留の行を一覧する。--fix で直し、--drop で取り下げる"`
		Undo      undoCommand         `cmd:"" help:"取り込みを取り消す"`
		Correct   correctCommand      `cmd:"" help:"過ぎた日からの発令を訂正し、誤りの間に行われたことを示す"`
		Operators operatorsCommand    `cmd:"" help:"公表前に見てよい人を決める"`
	} `cmd:"" help:"人事異動"`
	Duty struct {
		List dutyListCommand `cmd:"" help:"義務を一覧する"`
	} `cmd:"" help:"義務"`
	Regime struct {
		Check    checkCommand    `cmd:"" help:"パックを検査し、本文のどの条項に義務がまだないかを示す"`
		Show     showCommand     `cmd:"" help:"展開した台帳・申請の定義を示す"`
		Roles    rolesCommand    `cmd:"" help:"役割を一覧する"`
		Kinds    kindsCommand    `cmd:"" help:"台帳・申請の種類を一覧する"`
		Activate activateCommand `cmd:"" help:"決裁を経たパックを、ある日から適用する"`
		Active   activeCommand   `cmd:"" help:"適用中のパックと、その決裁を示す"`
	} `cmd:"" help:"パック"`
	Setting struct {
		List   settingListCommand   `cmd:"" help:"設定（標準運用値）と、その決裁を一覧する"`
		Decide settingDecideCommand `cmd:"" help:"団体の決裁で決まった標準運用値を、まとめて記録する"`
	} `cmd:"" help:"標準運用値"`
}

// console is what a command may use: the parsed global flags and where to write.
type console struct {
	ctx   context.Context
	flags *commands
	out   io.Writer
	err   io.Writer
}

// actor is who runs the command: whoever can start it may do everything.
func (c *console) actor() *access.Actor { return access.NewProgram("cli:" + userName()) }

// userName is the user of the operating system.
func userName() string {
	u, err := user.Current()
	if err != nil {
		return "unknown"
	}
	return strings.Join(strings.Fields(u.Username), "_")
}

// say writes a message for people; data goes to out alone.
func (c *console) say(format string, args ...any) { fmt.Fprintf(c.err, format+"\n", args...) }

// line writes one line of data for people.
func (c *console) line(format string, args ...any) { fmt.Fprintf(c.out, format+"\n", args...) }

// json writes one JSON value.
func (c *console) json(v any) error {
	e := json.NewEncoder(c.out)
	e.SetEscapeHTML(false)
	return e.Encode(v)
}

// Main runs one command line and returns its exit status.
func Main(ctx context.Context, args []string, out, errOut io.Writer) int {
	slog.SetDefault(slog.New(slog.NewTextHandler(errOut, nil)))
	flags := &commands{}
	exited := false
	parser, err := kong.New(flags, kong.Name("sekimori"), kong.Description("関守: 情報セキュリティポリシーを動かす。"),
		kong.Help(printHelp), kong.Writers(out, errOut), kong.Exit(func(int) { exited = true }))
	if err != nil {
		fmt.Fprintln(errOut, err)
		return exitFailed
	}
	if len(args) == 0 {
		args = []string{"--help"}
	}
	parsed, err := parser.Parse(args)
	if exited { // --help has been printed
		return exitDone
	}
	if err != nil {
		fmt.Fprintf(errOut, "使い方が正しくありません: %s\nsekimori --help で使い方を表示します。\n", inJapanese(err))
		return exitInput
	}
	c := &console{ctx: ctx, flags: flags, out: out, err: errOut}
	return c.status(parsed.Run(c))
}

// status reports an error to the person at the terminal and gives the exit status.
func (c *console) status(err error) int {
	switch {
	case err == nil:
		return exitDone
	case errors.Is(err, errOpen):
		return exitOpen
	}
	c.say("%s", errs.Message(err))
	switch errs.KindOf(err) {
	case errs.Invalid, errs.NotFound, errs.Conflict:
		return exitInput
	case errs.Internal, errs.Forbidden, errs.Unauthenticated, errs.Unavailable, errs.TooMany:
		slog.ErrorContext(c.ctx, "command failed", slog.Any("error", err))
	}
	return exitFailed
}

// maxText is the largest text that is read, in bytes: a hundred times a policy.
const maxText = 16 << 20

// readFile reads a text that the user named.
func readFile(name string) ([]byte, error) {
	info, err := os.Stat(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, errs.Wrap(err, errs.Invalid, "ファイル %s はありません", name)
	case err == nil && info.IsDir():
		return nil, errs.New(errs.Invalid, "%s はフォルダーです。ファイルを指定してください", name)
	case err == nil && info.Size() == 0:
		return nil, errs.New(errs.Invalid, "ファイル %s は空です", name)
	case err == nil && info.Size() > maxText:
		return nil, errs.New(errs.Invalid, "ファイル %s は大きすぎます（%dバイトまで）", name, maxText)
	}
	data, err := os.ReadFile(filepath.Clean(name))
	if err != nil {
		return nil, errs.Wrap(err, errs.Invalid, "ファイル %s を読めません。読む権限を確かめてください", name)
	}
	return data, nil
}
