package app

import (
	"fmt"
	"io"
	"regexp"
	"strings"

	"github.com/alecthomas/kong"
)

// printHelp is the help of the command line in Japanese, in place of kong's.
func printHelp(_ kong.HelpOptions, ctx *kong.Context) error {
	node := ctx.Selected()
	if node == nil {
		node = ctx.Model.Node
	}
	w := ctx.Stdout
	fmt.Fprintf(w, "使い方: %s\n\n%s\n", strings.TrimSpace(ctx.Model.Name+" "+strings.TrimPrefix(node.Summary(), ctx.Model.Name)), node.Help)
	if leaves := node.Leaves(true); len(leaves) > 0 && !(len(leaves) == 1 && leaves[0] == node) {
		fmt.Fprintln(w, "\nコマンド:")
		for _, c := range leaves {
			fmt.Fprintf(w, "  %-16s %s\n", strings.TrimPrefix(c.FullPath(), ctx.Model.Name+" "), c.Help)
		}
	}
	if len(node.Positional) > 0 {
		fmt.Fprintln(w, "\n引数:")
		for _, p := range node.Positional {
			fmt.Fprintf(w, "  %-16s %s\n", p.Summary(), p.Help)
		}
	}
	fmt.Fprintln(w, "\nフラグ:")
	for _, group := range node.AllFlags(true) {
		for _, f := range group {
			printFlag(w, f)
		}
	}
	return nil
}

func printFlag(w io.Writer, f *kong.Flag) {
	name := "--" + f.Name
	if !f.IsBool() {
		name += "=" + f.FormatPlaceHolder()
	}
	help := f.Help
	if f.Name == "help" {
		help = "この説明を表示する"
	}
	if len(f.Envs) > 0 {
		help += "（環境変数 " + strings.Join(f.Envs, "、") + "）"
	}
	fmt.Fprintf(w, "  %-28s %s\n", name, help)
}

// complaint turns what kong says of a wrong command line into Japanese.
type complaint struct {
	pattern *regexp.Regexp
	text    string
}

var complaints = []complaint{
	{regexp.MustCompile(`^unknown flag (\S+?)(, did you mean "?([^"?]+)"?\?)?$`), "フラグ $1 はありません"},
	{regexp.MustCompile(`^unexpected argument (\S+?)(, did you mean .*)?$`), "引数 $1 は使えません"},
	{regexp.MustCompile(`^missing flags: (.*)$`), "フラグが足りません: $1"},
	{regexp.MustCompile(`^missing positional arguments (.*)$`), "引数が足りません: $1"},
	{regexp.MustCompile(`^expected one of (.*)$`), "コマンドを指定してください: $1"},
	{regexp.MustCompile(`^expected (.*)$`), "足りません: $1"},
	{regexp.MustCompile(`^(--[^:]+): missing value.*$`), "$1 に値がありません"},
	{regexp.MustCompile(`^(--[^:]+): expected string value but got .*$`), "$1 に値がありません"},
}

func inJapanese(err error) string {
	msg := err.Error()
	for _, c := range complaints {
		if c.pattern.MatchString(msg) {
			return c.pattern.ReplaceAllString(msg, c.text)
		}
	}
	return msg
}
