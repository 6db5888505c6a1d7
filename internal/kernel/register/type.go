package register

import (
	"cmp"
	"errors"
	"fmt"
	"net/mail"
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"sekimori/internal/base/errs"
	"sekimori/internal/base/jpdate"
	"sekimori/internal/base/text"
	"sekimori/internal/kernel/cond"
)

// Limits of what one field holds, in characters.
const (
	maxText = 500
	maxLong = 10_000
	// MaxRows is how many rows a table inside an entry has, and how many values a list.
	MaxRows = 100
)

// reads turns the words somebody wrote or chose for one value into the value. problem says what is wrong with them, "" if nothing is.
func (f Field) reads(words string, names Names) (value any, problem string) {
	if problem := f.unreadable(words); problem != "" {
		return nil, problem
	}
	folded := strings.TrimSpace(text.Fold(words))
	switch f.Type {
	case TypeText, TypeLong:
		return words, ""
	case TypeNumber:
		return f.readNumber(folded)
	case TypeDate:
		d, err := jpdate.Parse(words)
		if err != nil {
			return nil, errs.Message(err)
		}
		return d.String(), ""
	case TypeDatetime:
		return readMoment(words)
	case TypeChoice, TypeYesNo, TypeClass:
		return f.readOption(folded)
	case TypePerson, TypeUnit, TypeScope, TypeRoleHolder, TypeRef:
		return names.Find(f, words)
	case TypeNetworkAddress:
		return readNetwork(folded)
	case TypeEmail:
		a, err := mail.ParseAddress(folded)
		if err != nil || a.Name != "" {
			return nil, "メールアドレスとして読めません。name@example.lg.jp のように書いてください。"
		}
		return a.Address, ""
	case TypeURL:
		u, err := url.Parse(strings.TrimSpace(words))
		if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
			return nil, "アドレスとして読めません。https:// から書いてください。"
		}
		return u.String(), ""
	case TypePhone:
		if !phone.MatchString(folded) {
			return nil, "電話番号として読めません。078-000-0000 や「内線1234」のように書いてください。"
		}
		return folded, ""
	case TypeCorporateNumber:
		return readCorporate(folded)
	case TypePeriod, TypeFile, TypeRows: // made of parts
	}
	return nil, "この項目は一つの値では書けません。"
}

// unreadable says why words cannot be a value of any type.
func (f Field) unreadable(words string) string {
	limit := maxText
	switch f.Type { //nolint:exhaustive // the others may be written anyhow
	case TypeLong:
		limit = maxLong
	case TypeText:
		if strings.ContainsAny(words, "\n\r\v\f\u0085\u2028\u2029") {
			return "改行は使えません。一行で書いてください。"
		}
	}
	if !utf8.ValidString(words) || strings.ContainsFunc(words, func(r rune) bool { return unicode.IsControl(r) && !unicode.IsSpace(r) }) {
		return "目に見えない文字（制御文字）か、文字化けした文字が含まれています。打ち直してください。" // PostgreSQL holds no NUL, the trail nothing but UTF-8
	}
	if n := text.Len(words); n > limit {
		return fmt.Sprintf("長すぎます（%d字）。%d字までにしてください。", n, limit)
	}
	return ""
}

// numberBits is how large numbers may be: what is added up of them still stands exactly in JSON.
const numberBits = 50

func (f Field) readNumber(folded string) (any, string) {
	figures := strings.TrimSpace(strings.TrimSuffix(folded, text.Fold(f.Unit)))
	n, err := strconv.ParseInt(strings.ReplaceAll(figures, ",", ""), 10, numberBits)
	switch {
	case errors.Is(err, strconv.ErrRange):
		return nil, "大きすぎる数です。"
	case err != nil:
		return nil, "整数として読めません。120 のように数字だけで書いてください。"
	case f.Min != nil && n < int64(*f.Min), f.Max != nil && n > int64(*f.Max):
		return nil, f.bounds()
	}
	return n, ""
}

func (f Field) bounds() string {
	switch {
	case f.Min != nil && f.Max != nil:
		return fmt.Sprintf("%dから%dまでの数にしてください。", *f.Min, *f.Max)
	case f.Min != nil:
		return fmt.Sprintf("%d以上の数にしてください。", *f.Min)
	}
	return fmt.Sprintf("%d以下の数にしてください。", *f.Max)
}

// readOption finds an option by its id or by its title; of yes-no also by the marks of forms on paper.
func (f Field) readOption(folded string) (any, string) {
	options := f.Options
	if f.Type == TypeYesNo {
		for mark, id := range map[string]string{"○": "yes", "〇": "yes", "◯": "yes", "有": "yes", "×": "no", "無": "no"} {
			if folded == text.Fold(mark) {
				return id, ""
			}
		}
		options = YesNo()
	}
	titles := make([]string, len(options))
	for i, o := range options {
		titles[i] = o.Title
		if folded == text.Fold(o.ID) || folded == text.Fold(o.Title) {
			return o.ID, ""
		}
	}
	return nil, fmt.Sprintf("「%s」は選べません。%s のどれかにしてください。", short(folded), strings.Join(titles, "、"))
}

// YesNo are the options of a question that is answered yes or no.
func YesNo() []cond.Option {
	return []cond.Option{{ID: "yes", Title: "はい"}, {ID: "no", Title: "いいえ"}}
}

var (
	phone     = regexp.MustCompile(`^(\+?[0-9][0-9()-]{3,18}[0-9])?( ?(内線|ex\.?) ?[0-9]{2,6})?$`)
	clock     = regexp.MustCompile(`^(.*?)[ t]*([0-9]{1,2})(?::|時)([0-9]{1,2})?(?:分|:00)?$`)
	corporate = regexp.MustCompile(`^[1-9][0-9]{12}$`)
)

// readMoment reads a day with a time of day: 令和8年4月1日 9:05, 2026-04-01T09:05. The time is that of Japan.
func readMoment(words string) (any, string) {
	const help = "日時として読めません。「令和8年4月1日 9:05」や「2026-04-01 09:05」のように書いてください。"
	parts := clock.FindStringSubmatch(text.Fold(words))
	if parts == nil {
		return nil, help
	}
	d, err := jpdate.Parse(parts[1])
	if err != nil {
		return nil, errs.Message(err)
	}
	at, err := time.Parse("15:4", parts[2]+":"+cmp.Or(parts[3], "0"))
	if err != nil {
		return nil, help
	}
	return d.String() + "T" + at.Format("15:04"), ""
}

func readNetwork(folded string) (any, string) {
	if a, err := netip.ParseAddr(folded); err == nil {
		return a.String(), ""
	}
	if p, err := netip.ParsePrefix(folded); err == nil {
		return p.String(), ""
	}
	return nil, "ネットワークのアドレスとして読めません。192.0.2.1 や 192.0.2.0/24 のように書いてください。"
}

// readCorporate reads a 法人番号, whose first figure checks the other twelve.
func readCorporate(folded string) (any, string) {
	digits := strings.ReplaceAll(folded, "-", "")
	if !corporate.MatchString(digits) {
		return nil, "法人番号は13桁の数字です。"
	}
	sum := 0
	for i := range 12 {
		weight := 1 + i%2 // from the right: 1, 2, 1, 2 …
		sum += int(digits[12-i]-'0') * weight
	}
	if int(digits[0]-'0') != 9-sum%9 {
		return nil, "法人番号の検査数字が合いません。数字を確かめてください。"
	}
	return digits, ""
}

// short keeps a message readable when somebody pastes a page into a field.
func short(s string) string {
	if r := []rune(s); len(r) > 30 {
		return string(r[:30]) + "…"
	}
	return s
}

// maxKey is how many bytes of a text lists compare.
const maxKey = 120

// key is a value as lists compare it: the order of keys is the order of values. It is the same in memory, in the database and in a
// filter.
func (f Field) key(value any, c Classes) string {
	switch v := value.(type) {
	case string:
		if f.Type == TypeText || f.Type == TypeLong {
			return cut(text.Fold(v))
		}
		if f.Type == TypeNetworkAddress {
			return networkKey(v)
		}
		if f.Type == TypeChoice {
			return f.optionKey(v)
		}
		return cut(v)
	case int64:
		return numberKey(v)
	case []string:
		return f.manyKey(v)
	case Class:
		if f.Type == TypePeriod {
			return v[From]
		}
		return c.key(v)
	case []Data:
		return numberKey(int64(len(v)))
	}
	return ""
}

// optionKey orders options as they are offered; what is offered no longer comes first.
func (f Field) optionKey(chosen string) string {
	return fmt.Sprintf("%02d%s", slices.IndexFunc(f.Options, func(o cond.Option) bool { return o.ID == chosen })+1, chosen)
}

// numberKey orders whole numbers as texts.
func numberKey(n int64) string {
	if n < 0 {
		return fmt.Sprintf("0%016d", n+1<<53)
	}
	return fmt.Sprintf("1%016d", n)
}

// networkKey orders addresses by their bits, those of version 4 first.
func networkKey(v string) string {
	host, net, is := strings.Cut(v, "/")
	addr, err := netip.ParseAddr(host)
	if err != nil {
		return cut(v)
	}
	bits := ""
	if is {
		n, _ := strconv.Atoi(net) // what is stored was read
		bits = fmt.Sprintf("/%03d", n)
	}
	return fmt.Sprintf("%03d:%x%s%s", addr.BitLen(), addr.AsSlice(), bits, addr.Zone())
}

// maxMany is how many bytes of a list of values lists compare: what PostgreSQL takes into an index beside a home and an id.
const maxMany = 2000

// manyKey is several options in their order, each between commas; of very many only the first.
func (f Field) manyKey(chosen []string) string {
	if len(chosen) == 0 {
		return ""
	}
	if len(f.Options) > 0 {
		var ordered []string
		for _, o := range f.Options {
			if slices.Contains(chosen, o.ID) {
				ordered = append(ordered, o.ID)
			}
		}
		chosen = ordered
	}
	key := ","
	for _, c := range chosen {
		if len(key)+len(c) < maxMany {
			key += c + ","
		}
	}
	return key
}

// key orders classes by the overall level, then by axis.
func (c Classes) key(class Class) string {
	if len(class) == 0 {
		return ""
	}
	key := ""
	if c.Overall != nil {
		key = place(c.Overall.Levels, c.Reached(class))
	}
	for _, a := range c.Axes {
		key += place(a.Levels, class[a.ID])
	}
	return key
}

// place is a level by its place, 00 for none.
func place(levels []string, level string) string {
	return fmt.Sprintf("%02d", slices.Index(levels, level)+1)
}

// cut keeps the first bytes of a text, whole characters.
func cut(s string) string {
	if len(s) <= maxKey {
		return s
	}
	return strings.ToValidUTF8(s[:maxKey], "")
}

// Say is a value as people read it; names says what is called by an id.
func (f Field) Say(value any, c Classes, names Names) string {
	switch v := value.(type) {
	case string:
		return f.sayText(v, names)
	case int64:
		return strconv.FormatInt(v, 10) + f.Unit
	case []string:
		words := make([]string, len(v))
		for i, x := range v {
			words[i] = f.sayText(x, names)
		}
		return strings.Join(words, "、")
	case Class:
		if f.Type == TypePeriod {
			return sayDay(v[From]) + "から" + sayDay(v[To]) + "まで"
		}
		return c.Text(v)
	case []Data:
		return f.sayRows(v, c, names)
	}
	return ""
}

func (f Field) sayText(v string, names Names) string {
	switch f.Type { //nolint:exhaustive // the others are texts
	case TypeDate:
		return sayDay(v)
	case TypeDatetime:
		day, at, _ := strings.Cut(v, "T")
		return sayDay(day) + " " + strings.TrimPrefix(at, "0")
	case TypeChoice, TypeYesNo:
		options := f.Options
		if f.Type == TypeYesNo {
			options = YesNo()
		}
		for _, o := range options {
			if o.ID == v {
				return o.Title
			}
		}
	case TypePerson, TypeUnit, TypeScope, TypeRoleHolder, TypeRef:
		return names.Called(f, v)
	}
	return v
}

func (f Field) sayRows(rows []Data, c Classes, names Names) string {
	lines := make([]string, len(rows))
	for i, row := range rows {
		if f.Type == TypeFile {
			lines[i] = row.Text(FileName)
			continue
		}
		var words []string
		for _, x := range f.Fields {
			if x.Restricted {
				continue
			}
			if s := x.Say(row[x.ID], c, names); s != "" {
				words = append(words, x.Title+"："+s)
			}
		}
		lines[i] = strings.Join(words, "、")
	}
	return strings.Join(lines, "\n")
}

// sayDay is a stored day in 和暦, "" for none.
func sayDay(stored string) string {
	d, err := jpdate.Parse(stored)
	if err != nil {
		return ""
	}
	return d.Wareki()
}
