package web

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"sekimori/internal/base/errs"
	"sekimori/internal/base/jpdate"
	"sekimori/internal/base/text"
)

// File is a file that was sent. It can be read until the route has answered.
//
// The fields of a form struct are string (also []string, for boxes of which several may be
// ticked), int, bool (one box), jpdate.Date, File and []File, with the tag `form:"name"`, or
// `form:"name,required"` where it may not be empty; and map[string][]string with the tag
// `form:"begin*"` for every field whose name begins so and that no other takes, by the rest of
// its name, as map[string][]File is for files. Space around text is dropped, and line ends are \n. What was not filled in is the
// zero value.
type File struct {
	Name string // as the person's machine calls it, without folders
	Size int64
	io.ReaderAt
}

// Limits of one form.
const (
	maxMemory  = 1 << 20 // files larger than this wait on the disk
	maxValues  = 5000
	maxUnknown = 10 // a page from before an update sends what is not known any more
)

// posted is what came with a request.
type posted struct {
	values url.Values
	files  map[string][]File
	size   int64 // of all files
	limit  int64
	close  func()
}

// receive reads the body of a request. What is somewhat larger than limit is read all the
// same, so that the form can say which file is too large and keep the rest of what was typed.
func receive(w http.ResponseWriter, r *http.Request, limit int64) (*posted, error) {
	in := &posted{files: map[string][]File{}, limit: limit, close: func() {}}
	media, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	var err error
	switch media {
	case "application/x-www-form-urlencoded":
		r.Body = http.MaxBytesReader(w, r.Body, limit)
		err = unreadable(r.ParseForm())
	case "multipart/form-data":
		r.Body = http.MaxBytesReader(w, r.Body, maxBody+4*limit)
		err = in.receiveFiles(r)
	default:
		return nil, &refused{status: http.StatusUnsupportedMediaType, message: "この形式では受け取れません。このサイトの画面から送ってください。"}
	}
	if err == nil {
		in.values = r.PostForm
		err = in.readable()
	}
	if err != nil {
		in.close()
		return nil, err
	}
	return in, nil
}

func (in *posted) receiveFiles(r *http.Request) error {
	if err := unreadable(r.ParseMultipartForm(maxMemory)); err != nil { //nolint:gosec // receive has bounded the body
		return err
	}
	var open []multipart.File
	in.close = func() {
		for _, f := range open {
			_ = f.Close() // it was only read
		}
		_ = r.MultipartForm.RemoveAll() // what cannot be removed lies in the system's temporary folder
	}
	for name, headers := range r.MultipartForm.File {
		for _, h := range headers {
			f, err := h.Open()
			if err != nil {
				return fmt.Errorf("web: uploaded file: %w", err)
			}
			open = append(open, f)
			in.files[name] = append(in.files[name], File{h.Filename, h.Size, f})
			in.size += h.Size
		}
	}
	return nil
}

// readable refuses what no page of ours sends.
func (in *posted) readable() error {
	count := 0
	for name, values := range in.values {
		count += len(values)
		if !printable(name) {
			return errs.New(errs.Invalid, "送られた項目の名前に使えない文字があります。")
		}
	}
	if count > maxValues {
		return errs.New(errs.Invalid, "送られた項目が多すぎます（%d件）。一度に送れるのは%d件までです。", count, maxValues)
	}
	return nil
}

// unreadable is the answer to a body that is cut off or is not what it says.
func unreadable(err error) error {
	if err == nil {
		return nil
	}
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return err
	}
	if errors.Is(err, multipart.ErrMessageTooLarge) {
		return errs.Wrap(err, errs.Invalid, "送られた項目が多すぎます。")
	}
	return errs.Wrap(err, errs.Invalid, "送られた内容を読めません。もう一度送ってください。")
}

// slot is a field of a form struct.
type slot struct {
	name     string
	required bool
}

// slots reads the tags of a form struct.
func slots(t reflect.Type) ([]slot, error) {
	if t.Kind() != reflect.Struct {
		return nil, fmt.Errorf("form %v is no struct", t)
	}
	var all []slot
	for f := range t.Fields() {
		name, option, _ := strings.Cut(f.Tag.Get("form"), ",")
		if name == "" || !f.IsExported() || option != "" && option != "required" {
			return nil, fmt.Errorf(`form %v: field %s needs a tag form:"name" or form:"name,required"`, t, f.Name)
		}
		if slices.ContainsFunc(all, func(s slot) bool { return s.name == name }) {
			return nil, fmt.Errorf("form %v: %q twice", t, name)
		}
		if !readableType(f.Type) || strings.HasSuffix(name, "*") != (f.Type.Kind() == reflect.Map) {
			return nil, fmt.Errorf("form %v: field %s has a type that a form cannot fill", t, f.Name)
		}
		all = append(all, slot{name, option == "required"})
	}
	return all, nil
}

func readableType(t reflect.Type) bool {
	switch t {
	case reflect.TypeFor[jpdate.Date](), reflect.TypeFor[File](), reflect.TypeFor[[]File](), reflect.TypeFor[[]string](), reflect.TypeFor[map[string][]string](), reflect.TypeFor[map[string][]File]():
		return true
	}
	return t.Kind() == reflect.String || t.Kind() == reflect.Int || t.Kind() == reflect.Bool
}

// fill puts what was sent into a form struct and says everything that does not fit.
func (in *posted) fill(form reflect.Value) error {
	all, err := slots(form.Type())
	if err != nil {
		return err
	}
	var faults errs.Faults
	known := map[string]bool{}
	for i, s := range all {
		if strings.HasSuffix(s.name, "*") {
			continue
		}
		known[s.name] = true
		if fault := in.set(form.Field(i), s); fault != "" {
			faults.Add(s.name, "%s", fault)
		}
	}
	unknown := 0
	for _, name := range slices.Sorted(maps.Keys(in.values)) {
		if known[name] {
			continue
		}
		i := taker(all, name)
		if i < 0 {
			unknown++
			continue
		}
		if fault := in.gather(form.Field(i), strings.TrimSuffix(all[i].name, "*"), name); fault != "" {
			faults.Add(name, "%s", fault)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(in.files)) {
		if i := taker(all, name); !known[name] && i >= 0 {
			if fault := in.gatherFiles(form.Field(i), all[i].name, name); fault != "" {
				faults.Add(name, "%s", fault)
			}
		}
	}
	if unknown > maxUnknown {
		return errs.New(errs.Invalid, "この画面にない項目が%d個送られました。画面を開き直してください。", unknown)
	}
	return faults.Err("入力に誤りがあります。")
}

// taker is the slot that takes every field whose name begins as that of this one: the longest beginning; -1 for none.
func taker(all []slot, name string) int {
	best := -1
	for i, s := range all {
		begin, many := strings.CutSuffix(s.name, "*")
		if many && strings.HasPrefix(name, begin) && (best < 0 || len(s.name) > len(all[best].name)) {
			best = i
		}
	}
	return best
}

// gather puts the values of one field into a map and says what is wrong with them, "" if nothing is.
func (in *posted) gather(to reflect.Value, begin, name string) string {
	if to.Type() == reflect.TypeFor[map[string][]File]() {
		return "" // no file was chosen
	}
	if to.IsNil() {
		to.Set(reflect.ValueOf(map[string][]string{}))
	}
	var values []string
	for _, v := range in.values[name] {
		v = strings.TrimSpace(strings.ReplaceAll(v, "\r\n", "\n"))
		if !printable(v) {
			return "使えない文字があります。"
		}
		values = append(values, v)
	}
	to.SetMapIndex(reflect.ValueOf(strings.TrimPrefix(name, begin)), reflect.ValueOf(values))
	return ""
}

// gatherFiles puts the files of one field into a map and says what is wrong with them, "" if nothing is.
func (in *posted) gatherFiles(to reflect.Value, slotName, name string) string {
	if to.Type() != reflect.TypeFor[map[string][]File]() {
		return "ファイルは送れません。"
	}
	var files []File
	if fault := in.setFiles(reflect.ValueOf(&files).Elem(), slot{name: name}); fault != "" {
		return fault
	}
	if to.IsNil() {
		to.Set(reflect.ValueOf(map[string][]File{}))
	}
	to.SetMapIndex(reflect.ValueOf(strings.TrimPrefix(name, strings.TrimSuffix(slotName, "*"))), reflect.ValueOf(files))
	return ""
}

// set fills one field and says what is wrong, "" if nothing is.
func (in *posted) set(to reflect.Value, s slot) string {
	switch to.Interface().(type) {
	case File, []File:
		return in.setFiles(to, s)
	case []string:
		values := in.values[s.name]
		to.Set(reflect.ValueOf(values))
		switch {
		case slices.ContainsFunc(values, func(v string) bool { return !printable(v) }):
			return "使えない文字があります。"
		case len(values) == 0 && s.required:
			return "一つ以上選んでください。"
		}
		return ""
	}
	values := in.values[s.name]
	if len(values) > 1 {
		return "一つだけ入力してください。"
	}
	value := strings.TrimSpace(strings.ReplaceAll(strings.Join(values, ""), "\r\n", "\n"))
	switch {
	case !printable(value):
		return "使えない文字があります。"
	case value == "" && s.required && to.Kind() == reflect.Bool:
		return "確かめて、印を付けてください。"
	case value == "" && s.required:
		return "入力してください。"
	case value == "":
		return ""
	}
	return setValue(to, value)
}

func setValue(to reflect.Value, value string) string {
	if date, ok := to.Addr().Interface().(*jpdate.Date); ok {
		d, err := jpdate.Parse(value)
		if err != nil {
			return errs.Message(err)
		}
		*date = d
		return ""
	}
	switch to.Kind() {
	case reflect.Int:
		n, err := strconv.Atoi(text.Fold(value))
		if err != nil {
			return fmt.Sprintf("「%s」は整数として読めません。120 のように数字だけで書いてください。", shorten(value))
		}
		to.SetInt(int64(n))
	case reflect.Bool:
		if value != "1" {
			return fmt.Sprintf("「%s」は選べません。", shorten(value))
		}
		to.SetBool(true)
	default:
		to.SetString(value)
	}
	return ""
}

func (in *posted) setFiles(to reflect.Value, s slot) string {
	files := in.files[s.name]
	for _, f := range files {
		switch {
		case !printable(f.Name):
			return "ファイル名に使えない文字があります。"
		case f.Size == 0:
			return fmt.Sprintf("ファイル「%s」は空です。", shorten(f.Name))
		}
	}
	one, single := to.Addr().Interface().(*File)
	switch {
	case strings.Join(in.values[s.name], "") != "":
		return "ファイルを選んでください。" // words in place of a file
	case len(files) == 0 && s.required:
		return "ファイルを選んでください。"
	case in.size > in.limit && len(files) > 0:
		return fmt.Sprintf("ファイルが大きすぎます。一度に送れるのは合わせて%sまでです（選ばれたファイルは%s）。", size(in.limit), size(in.size))
	case single && len(files) > 1:
		return "ファイルは一つだけ選んでください。"
	case single && len(files) == 1:
		*one = files[0]
	case !single:
		to.Set(reflect.ValueOf(files))
	}
	return ""
}

// size writes a number of bytes as people read it.
func size(bytes int64) string {
	if bytes < 1<<20 {
		return fmt.Sprintf("%d KB", (bytes+1<<10-1)>>10)
	}
	return strings.TrimSuffix(fmt.Sprintf("%.1f", float64(bytes)/(1<<20)), ".0") + " MB"
}

// shorten keeps a message readable when somebody pastes a page into a field.
func shorten(s string) string {
	if r := []rune(s); len(r) > 30 {
		return string(r[:30]) + "…"
	}
	return s
}
