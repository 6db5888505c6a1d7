package sheet_test

import (
	"archive/zip"
	"bytes"
	"io"
	"strings"
	"testing"

	"sekimori/internal/base/errs"
	"sekimori/internal/base/sheet"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"
)

// workbook makes a file with the library that users' files do not come from, but which knows the format.
func workbook(t testing.TB, fill func(f *excelize.File)) string {
	t.Helper()
	f := excelize.NewFile()
	defer func() { must(t, f.Close()) }()
	fill(f)
	b, err := f.WriteToBuffer()
	if err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestExcelCellsAsAPersonReadsThem(t *testing.T) {
	t.Parallel()
	format := func(code string) *excelize.Style { return &excelize.Style{CustomNumFmt: &code} }
	for _, c := range []struct {
		value any
		style *excelize.Style
		want  string
	}{
		{"000123", nil, "000123"},
		{"髙﨑①𠮷葛\U000E0101 　x ", nil, "髙﨑①𠮷葛\U000E0101 　x "},
		{" ａ", nil, " ａ"},
		{"=1+1", nil, "=1+1"},
		{"'=1", nil, "'=1"},
		{"a\nb", nil, "a\nb"},
		{123, nil, "123"},
		{-5, nil, "-5"},
		{0, nil, "0"},
		{1.5, nil, "1.5"},
		{0.1 + 0.2, nil, "0.3"},
		{1234567890123.0, nil, "1234567890123"},
		{1.2e20, nil, "120000000000000000000"},
		{123, format("000000"), "000123"},
		{1234567, format("000000"), "1234567"},
		{1.5, format("000000"), "1.5"},
		{123, format("[Red]000000;-000000"), "000123"},
		{123, format(`"A"000000`), "123"},
		{1234, format("#,##0"), "1234"},
		{0.5, &excelize.Style{NumFmt: 9}, "0.5"},
		{12345.678, &excelize.Style{NumFmt: 11}, "12345.678"},
		{true, nil, "TRUE"},
		{false, nil, "FALSE"},
		{46113, nil, "46113"},
		{46113, &excelize.Style{NumFmt: 14}, "2026-04-01"},
		{46113, &excelize.Style{NumFmt: 31}, "2026-04-01"},
		{46113, &excelize.Style{NumFmt: 57}, "2026-04-01"},
		{46113, format("yyyy/mm/dd"), "2026-04-01"},
		{46113, format(`[$-411]ggge"年"m"月"d"日";@`), "2026-04-01"},
		{46113, format(`[$-ja-JP-x-gannen]ge.m.d`), "2026-04-01"},
		{46113, format(`m"月"d"日"(aaa)`), "2026-04-01"},
		{46113.4, format("yyyy/m/d"), "2026-04-01"},
		{46113, format("yyyy/m/d h:mm"), "2026-04-01"},
		{46113.396, format("yyyy/m/d h:mm"), "2026-04-01T09:30:14"},
		{46113.99999999, format("yyyy/m/d h:mm"), "2026-04-02"},
		{0.396, format("h:mm"), "09:30:14"},
		{46113.5, format("h:mm"), "2026-04-01T12:00:00"},
		{1.25, format("[h]:mm"), "30:00:00"},
		{1, format("yyyy/m/d"), "1900-01-01"},
		{59, format("yyyy/m/d"), "1900-02-28"},
		{60, format("yyyy/m/d"), "60"},
		{61, format("yyyy/m/d"), "1900-03-01"},
		{2958465, format("yyyy/m/d"), "9999-12-31"},
		{2958466, format("yyyy/m/d"), "2958466"},
		{-1, format("yyyy/m/d"), "-1"},
		{12, format(`0"days"`), "12"},
		{12, format(`[Red]0;[Blue]-0`), "12"},
		{12, format(`G/標準`), "12"},
		{12, format(`General"人"`), "12"},
		{12, format(`0_ `), "12"},
		{12, format(`0.00E+00`), "12"},
		{"46113", format("yyyy/m/d"), "46113"},
		{12, format("@"), "12"},
	} {
		data := workbook(t, func(f *excelize.File) {
			must(t, f.SetCellValue("Sheet1", "B2", c.value))
			if c.style != nil {
				id, err := f.NewStyle(c.style)
				must(t, err)
				must(t, f.SetCellStyle("Sheet1", "B2", "B2", id))
			}
		})
		rows, err := all(mustOpen(t, data), "")
		if err != nil {
			t.Fatal(err)
		}
		want := []sheet.Row{{Sheet: "Sheet1", Number: 2, Cells: []string{"", c.want}}}
		if diff := cmp.Diff(want, rows); diff != "" {
			t.Errorf("%v as %v: %s", c.value, c.style, diff)
		}
	}
}

// part makes a file of a sheet's XML, so that it can hold what no library writes.
func part(t testing.TB, sheetXML string, change ...func(parts map[string]string)) string {
	t.Helper()
	parts := map[string]string{
		"[Content_Types].xml": `<Types><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/></Types>`,
		"_rels/.rels":         `<Relationships><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
		"xl/workbook.xml":     `<workbook xmlns:r="r"><sheets><sheet name="異動" sheetId="1" r:id="r1"/></sheets></workbook>`,
		"xl/_rels/workbook.xml.rels": `<Relationships><Relationship Id="r1" Type="x/worksheet" Target="/xl/worksheets/s.xml"/>` +
			`<Relationship Id="r2" Type="x/sharedStrings" Target="strings.xml"/></Relationships>`,
		"xl/strings.xml":      `<sst><si><t>髙橋</t><rPh sb="0" eb="2"><t>タカハシ</t></rPh></si><si><r><t xml:space="preserve">高 </t></r><r><t>橋</t></r></si></sst>`,
		"xl/worksheets/s.xml": sheetXML,
	}
	for _, c := range change {
		c(parts)
	}
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for name, content := range parts {
		w, err := z.Create(name)
		must(t, err)
		_, err = io.WriteString(w, content)
		must(t, err)
	}
	must(t, z.Close())
	return b.String()
}

func TestExcelSheetsAsTheyAreStored(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		xml      string
		want     []sheet.Row
		warnings []errs.Field
	}{
		"furigana is no text":  {`<row><c t="s"><v>0</v></c><c t="s"><v>1</v></c></row>`, []sheet.Row{{"異動", 1, []string{"髙橋", "高 橋"}}}, nil},
		"inline":               {`<row r="3"><c r="C3" t="inlineStr"><is><r><t>髙</t></r><r><t>橋</t></r><rPh><t>タカ</t></rPh></is></c></row>`, []sheet.Row{{"異動", 3, []string{"", "", "髙橋"}}}, nil},
		"without references":   {`<row><c><v>1</v></c><c/><c><v>3</v></c></row><row><c><v>4</v></c></row>`, []sheet.Row{{"異動", 1, []string{"1", "", "3"}}, {"異動", 2, []string{"4"}}}, nil},
		"empty rows":           {`<row r="2"/><row r="5" hidden="1"><c r="A5"><v>1</v></c></row><row r="6"><c r="A6" s="1"/><c r="ZZ6" s="1"/></row>`, []sheet.Row{{"異動", 5, []string{"1"}}}, nil},
		"empty cells at end":   {`<row><c><v>1</v></c><c s="1"/><c s="1"/></row>`, []sheet.Row{{"異動", 1, []string{"1"}}}, nil},
		"formula":              {`<row><c t="str"><f>A2&amp;"x"</f><v>値</v></c><c><f>1+1</f><v>2</v></c><c t="str"><f>""</f><v></v></c></row>`, []sheet.Row{{"異動", 1, []string{"値", "2"}}}, nil},
		"formula never shown":  {`<row><c><f>1+1</f></c><c><v>1</v></c></row>`, []sheet.Row{{"異動", 1, []string{"", "1"}}}, []errs.Field{{Where: "異動!A1", Message: "数式の計算結果が保存されていないので、空として読みました。Excel で開いて保存し直してください。"}}},
		"error":                {`<row><c t="e"><f>1/0</f><v>#DIV/0!</v></c></row>`, []sheet.Row{{"異動", 1, []string{"#DIV/0!"}}}, []errs.Field{{Where: "異動!A1", Message: "数式のエラー（#DIV/0!）です。"}}},
		"iso date":             {`<row><c t="d"><v>2026-04-01T00:00:00</v></c><c t="d"><v>2026-04-01</v></c></row>`, []sheet.Row{{"異動", 1, []string{"2026-04-01", "2026-04-01"}}}, nil},
		"boolean":              {`<row><c t="b"><v>1</v></c><c t="b"><v>false</v></c><c t="b"><v>x</v></c></row>`, []sheet.Row{{"異動", 1, []string{"TRUE", "FALSE", "x"}}}, nil},
		"digits of others":     {`<row><c><v>1.23E2</v></c><c><v>9007199254740993</v></c><c><v>0.30000000000000004</v></c><c><v>1E-2</v></c><c><v>x</v></c><c><v>NaN</v></c></row>`, []sheet.Row{{"異動", 1, []string{"123", "9007199254740993", "0.3", "0.01", "x", "NaN"}}}, nil},
		"escapes":              {`<row><c t="inlineStr"><is><t>a_x000D_b_x005F_x0041__xD83D_</t></is></c></row>`, []sheet.Row{{"異動", 1, []string{"a\rb_x0041__xD83D_"}}}, nil},
		"prefix":               {`<x:row><x:c t="inlineStr"><x:is><x:t>a</x:t></x:is></x:c></x:row>`, []sheet.Row{{"異動", 1, []string{"a"}}}, nil},
		"gaiji":                {`<row r="9"><c r="B9" t="inlineStr"><is><t>&#xE000;</t></is></c></row>`, []sheet.Row{{"異動", 9, []string{"", "\ue000"}}}, []errs.Field{{Where: "異動!B9", Message: "外字（U+E000）があります。ほかの端末では別の文字に見えることがあります。"}}},
		"style that is not":    {`<row><c s="99"><v>1</v></c><c s="-1"><v>2</v></c></row>`, []sheet.Row{{"異動", 1, []string{"1", "2"}}}, nil},
		"out of order in rows": {`<row><c r="B1"><v>2</v></c><c r="A1"><v>1</v></c></row>`, []sheet.Row{{"異動", 1, []string{"1", "2"}}}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := mustOpen(t, part(t, `<worksheet><cols><col/></cols><sheetData>`+c.xml+`</sheetData><c><v>no row</v></c></worksheet>`))
			rows, err := all(f, "")
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, rows); diff != "" {
				t.Error(diff)
			}
			if diff := cmp.Diff(c.warnings, f.Warnings()); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestSheets(t *testing.T) {
	t.Parallel()
	data := workbook(t, func(f *excelize.File) {
		for _, name := range []string{"隠し", "異動", "記入例"} {
			_, err := f.NewSheet(name)
			must(t, err)
			must(t, f.SetCellValue(name, "A1", "in "+name))
		}
		f.SetActiveSheet(2)
		must(t, f.DeleteSheet("Sheet1"))
		must(t, f.SetSheetVisible("隠し", false))
	})
	f := mustOpen(t, data)
	if f.Format != sheet.Excel {
		t.Errorf("found %v", f.Format)
	}
	if diff := cmp.Diff([]string{"異動", "記入例"}, f.Sheets); diff != "" {
		t.Error(diff)
	}
	for name, want := range map[string]string{"": "in 異動", "記入例": "in 記入例", "隠し": "in 隠し"} {
		rows, err := all(f, name)
		if err != nil || rows[0].Cells[0] != want {
			t.Errorf("%q: %v, %v", name, rows, err)
		}
	}
	_, err := all(f, "様式")
	refused(t, err, "「様式」というシートはありません", "異動、記入例")
}

func Test1904(t *testing.T) {
	t.Parallel()
	yes := true
	data := workbook(t, func(f *excelize.File) {
		must(t, f.SetWorkbookProps(&excelize.WorkbookPropsOptions{Date1904: &yes}))
		id, err := f.NewStyle(&excelize.Style{NumFmt: 14})
		must(t, err)
		must(t, f.SetSheetRow("Sheet1", "A1", &[]int{0, 44651}))
		must(t, f.SetCellStyle("Sheet1", "A1", "B1", id))
	})
	rows, err := all(mustOpen(t, data), "")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([][]string{{"1904-01-01", "2026-04-01"}}, cells(rows)); diff != "" {
		t.Error(diff)
	}
}

func TestWhatIsNoWorkbookIsRefused(t *testing.T) {
	t.Parallel()
	const head, tail = `<worksheet><sheetData>`, `</sheetData></worksheet>`
	ole := "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + strings.Repeat("\x00", 22) + "\x09\x00" + strings.Repeat("\x00", 16) + "\x01\x00\x00\x00" + strings.Repeat("\x00", 460)
	secret := func() string {
		f := excelize.NewFile()
		defer func() { must(t, f.Close()) }()
		var b bytes.Buffer
		must(t, f.Write(&b, excelize.Options{Password: "x"}))
		return b.String()
	}
	set := func(name, from, to string) func(map[string]string) {
		return func(parts map[string]string) { parts[name] = strings.Replace(parts[name], from, to, 1) }
	}
	without := func(name string) func(map[string]string) {
		return func(parts map[string]string) { delete(parts, name) }
	}
	good := part(t, head+tail)
	for name, c := range map[string]struct {
		in   string
		want string
	}{
		"xls":                {ole, "（.xls）"},
		"short xls":          {ole[:20], "（.xls）"},
		"password":           {secret(), "パスワード"},
		"macro":              {part(t, head+tail, set("[Content_Types].xml", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "application/vnd.ms-excel.sheet.macroEnabled")), "マクロ"},
		"hidden macro":       {part(t, head+tail, set("[Content_Types].xml", "</Types>", `<Default Extension="bin" ContentType="application/vnd.ms-office.vbaProject"/></Types>`)), "マクロ"},
		"xlsb":               {part(t, head+tail, set("[Content_Types].xml", "openxmlformats-officedocument.spreadsheetml.sheet.main+xml", "ms-excel.sheet.binary.macroEnabled.main")), "（.xlsb）"},
		"word":               {part(t, head+tail, set("[Content_Types].xml", "spreadsheetml.sheet", "wordprocessingml.document")), "Excel のファイルではありません"},
		"ods":                {part(t, "", without("[Content_Types].xml"), set("content.xml", "", ""), set("mimetype", "", "")), "（.ods）"},
		"zip":                {part(t, "", without("[Content_Types].xml")), "ZIP"},
		"empty zip":          {"PK\x05\x06" + strings.Repeat("\x00", 18), "ZIP"},
		"cut":                {good[:len(good)/2], "壊れています"},
		"no workbook":        {part(t, head+tail, without("xl/workbook.xml")), "壊れています"},
		"no links":           {part(t, head+tail, without("_rels/.rels")), "壊れています"},
		"no sheet":           {part(t, head+tail, without("xl/worksheets/s.xml")), "壊れています"},
		"no strings":         {part(t, head+tail, without("xl/strings.xml")), "壊れています"},
		"all hidden":         {part(t, head+tail, set("xl/workbook.xml", "<sheet ", `<sheet state="veryHidden" `)), "表示されているシートがありません"},
		"no end":             {part(t, head+`<row><c><v>1</v></c></row>`), "壊れています"},
		"no XML":             {part(t, head+`<row <`), "壊れています"},
		"cell in a cell":     {part(t, head+`<row><c><c/></c></row>`+tail), "壊れています"},
		"no row":             {part(t, head+`<c/>`+tail), "壊れています"},
		"ends of another":    {part(t, head+`<row><v>0</c>0`+tail), "壊れています"},
		"two sheets":         {part(t, head+head+tail), "壊れています"},
		"entity":             {part(t, `<!DOCTYPE x [<!ENTITY a "b">]>`+head+`<row><c><v>&a;</v></c></row>`+tail), "壊れています"},
		"row backwards":      {part(t, head+`<row r="2"/><row r="1"/>`+tail), "壊れています"},
		"row beyond":         {part(t, head+`<row r="1048577"/>`+tail), "壊れています"},
		"row of letters":     {part(t, head+`<row r="x"/>`+tail), "壊れています"},
		"column beyond":      {part(t, head+`<row><c r="XFE1"><v>1</v></c></row>`+tail), "壊れています"},
		"column of nothing":  {part(t, head+`<row><c r="1"><v>1</v></c></row>`+tail), "壊れています"},
		"no such string":     {part(t, head+`<row><c t="s"><v>2</v></c></row>`+tail), "壊れています"},
		"string of letters":  {part(t, head+`<row><c t="s"><v>x</v></c></row>`+tail), "壊れています"},
		"control":            {part(t, head+`<row><c r="B1" t="inlineStr"><is><t>_x0007_</t></is></c></row>`+tail), "異動!B1: 使えない制御文字（07）"},
		"too many columns":   {part(t, head+`<row><c r="GS1"><v>1</v></c></row>`+tail), "異動!GS1: 列が多すぎます"},
		"too long":           {part(t, head+`<row><c t="str"><v>`+strings.Repeat("あ", 32768)+`</v></c></row>`+tail), "異動!A1: 文字が多すぎます"},
		"too many rows":      {part(t, head+strings.Repeat(`<row><c><v>1</v></c></row>`, 200_001)+tail), "行が多すぎます"},
		"sheet that unpacks": {part(t, head+strings.Repeat("<row/>", 7<<20)+tail), "大きすぎます"},
		"sheet of one text":  {part(t, head+"<row><c><v>"+strings.Repeat("0", 2<<20)), "大きすぎます"},
		"sheet of a comment": {part(t, "<!--"+strings.Repeat("<>", 1<<20)+"-->"+head+tail), "大きすぎます"},
		"text that unpacks":  {part(t, head+tail, set("xl/strings.xml", "<sst>", "<sst>"+strings.Repeat("<si/>", 2<<20))), "大きすぎます"},
		"styles that unpack": {part(t, head+tail, set("xl/workbook.xml", "<sheets>", strings.Repeat(" ", 20<<20)+"<sheets>")), "大きすぎます"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f, err := open(c.in, sheet.Limits{})
			if err == nil {
				_, err = all(f, "")
			}
			refused(t, err, c.want)
		})
	}
}

// A zip says twice how long a part is and what its sum is, so damage is found wherever it is.
func TestADamagedFileIsNeverReadAsAnother(t *testing.T) {
	t.Parallel()
	want := [][]string{{"職員番号", "氏名"}, {"000123", "髙橋"}}
	good, _ := write(t, sheet.Excel, want)
	refusals := 0
	for i := range len(good) {
		bad := []byte(good)
		bad[i] ^= 1 << (i % 8)
		f, err := open(string(bad), sheet.Limits{})
		if err == nil && f.Format == sheet.Excel {
			var rows []sheet.Row
			if rows, err = all(f, ""); err == nil && !cmp.Equal(want, cells(rows)) {
				t.Fatalf("byte %d: %v", i, rows)
			}
		}
		if err != nil {
			refused(t, err)
			refusals++
		}
	}
	if refusals < len(good)/2 {
		t.Errorf("of %d damaged files %d were refused", len(good), refusals)
	}
}

func TestAZipThatLiesAboutItsSize(t *testing.T) {
	t.Parallel()
	good := part(t, `<worksheet><sheetData>`+strings.Repeat(`<row><c><v>1</v></c></row>`, 100_000)+`</sheetData></worksheet>`)
	old, err := zip.NewReader(strings.NewReader(good), int64(len(good)))
	must(t, err)
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, p := range old.File {
		head := p.FileHeader
		if p.Name == "xl/worksheets/s.xml" {
			head.UncompressedSize64 = 1000
		}
		raw, err := p.OpenRaw()
		must(t, err)
		w, err := z.CreateRaw(&head)
		must(t, err)
		_, err = io.Copy(w, raw)
		must(t, err)
	}
	must(t, z.Close())
	rows, err := all(mustOpen(t, b.String()), "")
	refused(t, err, "壊れています")
	if len(rows) > 5000 {
		t.Errorf("%d rows of 1,000 bytes", len(rows))
	}
}
