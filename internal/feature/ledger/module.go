package ledger

import (
	"context"
	"embed"
	"slices"

	"sekimori/internal/base/db"
	"sekimori/internal/base/paper"
	"sekimori/internal/feature"
	"sekimori/internal/kernel/access"
	"sekimori/internal/kernel/regime"
	"sekimori/internal/kernel/register"
	"sekimori/internal/kernel/trail"
	"sekimori/internal/web"
	"sekimori/internal/web/ui"
)

//go:embed page/*.html
var files embed.FS

// pages answers requests.
type pages struct {
	log    *trail.Log
	s      *register.Service
	sheets *Sheets
	fonts  fonts
	most   int // entries that one PDF lists
}

// Module is the feature as the program takes it in; offered are the editions whose words the trail shall speak.
func Module(log *trail.Log, s *register.Service, x *Sheets, offered *regime.Set) feature.Module {
	return module(pages{log, s, x, remembered(func() (*paper.Font, error) { return paper.Find() }), mostPrinted}, offered)
}

func module(p pages, offered *regime.Set) feature.Module {
	read, write := access.LedgerRead, access.LedgerWrite
	const book, entry, plan = "/ledger/{regime}/{book}", "/ledger/{regime}/{book}/entry/{entry}", "/ledger/{regime}/{book}/move/{plan}"
	return feature.Module{
		Name: "ledger",
		Menu: append(web.MenuOf(read, ui.Link{Text: "台帳", Href: "/ledger"}), web.MenuOf(access.Terminal, ui.Link{Text: "記録する", Href: atPlace})...),
		Part: web.Part{Pages: files, Routes: append([]web.Route{
			web.Get("/ledger", read, "books", p.books),
			web.Get("/ledger/find", read, "find", p.find),
			web.Get(book, read, "list", p.list),
			web.Get(book+"/new", write, "form", p.adding),
			web.Post(book+"/new", write, "form", p.adding, p.add).UpTo(maxUpload),
			web.Get(book+"/examples", write, "examples", p.examples),
			web.Post(book+"/examples", write, "examples", p.examples, p.addExamples),
			web.Get(entry, read, "entry", p.entry),
			web.Post(entry+"/state", write, "entry", p.entry, p.move).UpTo(maxUpload),
			web.Answer(entry+"/look", write, "entry", p.entry, p.look),
			web.Get(entry+"/edit", write, "form", p.changing),
			web.Post(entry+"/edit", write, "form", p.changing, p.change).UpTo(maxUpload),
			web.Get(entry+"/history", read, "history", p.history),
			web.Download(entry+"/file/{sum}", read, p.file),
			web.Get(book+"/bulk", write, "bulk", p.choosing),
			web.Post(book+"/bulk", write, "bulk", p.choosing, p.changeAll),
			web.Get(book+"/move", write, "moves", p.moves),
			web.Post(book+"/move", write, "moves", p.moves, p.draft),
			web.Get(plan, write, "move", p.plan),
			web.Post(plan+"/lines", write, "move", p.plan, p.give),
			web.Post(plan+"/apply", write, "move", p.plan, p.apply),
			web.Post(plan+"/undo", write, "move", p.plan, p.undo),
			web.Post(plan+"/withdraw", write, "move", p.plan, p.withdraw),
			web.Get(book+"/confirm", read, "confirms", p.confirms),
			web.Get(book+"/confirm/{home}", read, "confirm", p.confirming),
			web.Post(book+"/confirm/{home}/class", write, "confirm", p.confirming, p.classify),
			web.Post(book+"/confirm/{home}", write, "confirm", p.confirming, p.confirm),
			web.Get(atPlace, access.Terminal, "places", p.places),
			web.Get(placeBook, access.Terminal, "place", p.addingAtPlace),
			web.Post(placeBook, access.Terminal, "place", p.addingAtPlace, p.addAtPlace).UpTo(maxUpload),
		}, slices.Concat(p.paperRoutes(book, entry), p.sheetRoutes(book), p.disposalRoutes(book, entry))...)},
		Words: words(offered), Tasks: p.tasks,
	}
}

// disposalRoutes are those of how long entries are kept, and of lists of what is destroyed.
func (p pages) disposalRoutes(book, entry string) []web.Route {
	read, write := access.LedgerRead, access.LedgerWrite
	list := book + "/disposal/{list}"
	return []web.Route{
		web.Get(book+"/disposal", read, "disposals", p.disposals),
		web.Post(book+"/disposal", write, "disposals", p.disposals, p.draftDisposal),
		web.Get(list, read, "disposal", p.disposal),
		web.Post(list+"/keep", write, "disposal", p.disposal, p.keepLines),
		web.Post(list+"/decide", write, "disposal", p.disposal, p.decideDisposal),
		web.Post(list+"/withdraw", write, "disposal", p.disposal, p.withdrawDisposal),
		web.Post(list+"/carry", write, "disposal", p.disposal, p.carryOut),
		web.Post(entry+"/extend", write, "entry", p.entry, p.extend),
		web.Post(entry+"/lift", write, "entry", p.entry, p.lift),
	}
}

// sheetRoutes are those of sheets that go out and come in. An import has an address without its register too, since the trail knows it
// by its id alone; so no policy can be called "import".
func (p pages) sheetRoutes(book string) []web.Route {
	read, write := access.LedgerRead, access.LedgerWrite
	const one, held, batch = "/import/{import}", "/holds/{held}", "/handouts/{batch}"
	return []web.Route{
		web.Get(book+"/download", read, "download", p.downloads),
		web.Download(book+"/download/{format}/{style}", read, p.download),
		web.Get(book+"/import", write, "imports", p.imports),
		web.Post(book+"/import", write, "imports", p.imports, p.upload).UpTo(maxSent),
		web.Get(book+one, write, "import", p.importing),
		web.Get("/ledger"+one, write, "import", p.importing),
		web.Post(book+one, write, "import", p.importing, p.applyUpload),
		web.Post(book+one+"/map", write, "import", p.importing, p.mapUpload),
		web.Post(book+one+"/check", write, "import", p.importing, p.checkUpload),
		web.Post(book+one+"/again", write, "import", p.importing, p.againUpload),
		web.Post(book+one+"/drop", write, "import", p.importing, p.dropUpload),
		web.Download(book+one+"/result", write, p.result),
		web.Get(book+"/holds", write, "holds", p.holds),
		web.Get(book+held, write, "held", p.held),
		web.Post(book+held, write, "held", p.held, p.fixHeld),
		web.Post(book+held+"/drop", write, "held", p.held, p.dropHeld),
		web.Get(book+"/handouts", write, "handouts", p.handouts),
		web.Post(book+"/handouts", write, "handouts", p.handouts, p.handOut),
		web.Get(book+batch, write, "handout", p.handout),
		web.Post(book+batch+"/again", write, "handout", p.handout, p.againHandout),
		web.Download(book+batch+"/zip", write, p.handoutZip),
	}
}

// maxUpload is how many bytes one form sends at most: some files.
const maxUpload = 5 * register.MaxFile

// view runs fn on the register that the address names, in one read.
func (p pages) view(ctx context.Context, r *web.Request, fn func(d *register.Desk) error) error {
	return p.log.DB().View(ctx, func(reader db.Reader) error {
		d, err := p.s.Open(ctx, reader, r.Actor(), r.Path("regime"), r.Path("book"))
		if err != nil {
			return err
		}
		return fn(d)
	})
}
