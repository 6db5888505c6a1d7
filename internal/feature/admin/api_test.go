package admin_test

import (
	"encoding/json"
	"net/http"
	"testing"

	"sekimori/internal/base/jpdate"
	"sekimori/internal/feature/admin"
	"sekimori/internal/kernel/setting"
	"sekimori/internal/web"
	"sekimori/internal/web/webtest"
)

// settings asks the API and holds its answer to its description.
func (o *office) settings(query string, want int) map[string]map[string]any {
	o.Helper()
	w := o.get(web.API + "/settings" + query)
	if w.Code != want {
		o.Fatalf("%s: %d, want %d: %s", query, w.Code, want, w.Body)
	}
	description, err := web.OpenAPI(admin.Module(admin.Office{Settings: o.Settings}).Part)
	if err != nil {
		o.Fatal(err)
	}
	webtest.ReadSpec(o, description).Conforms(o, "/settings", w)
	var list struct{ Items []map[string]any }
	if err := json.Unmarshal(w.Body.Bytes(), &list); err != nil {
		o.Fatal(err)
	}
	rows := map[string]map[string]any{}
	for _, row := range list.Items {
		rows[row["id"].(string)] = row
	}
	return rows
}

// A program reads what the body has decided, and never takes a proposal for a decision.
func TestSettingsForPrograms(t *testing.T) {
	t.Parallel()
	o := open(t)
	all, err := o.On(t.Context(), jpdate.New(2026, 3, 1))
	if err != nil {
		t.Fatal(err)
	}
	before := o.settings("", http.StatusOK)
	if len(before) != len(all) || len(all) == 0 {
		t.Fatalf("%d settings, want %d", len(before), len(all))
	}
	for key, row := range before {
		if row["state"] != "proposed" || row["decision"] != nil || row["value"] != row["proposal"] {
			t.Errorf("%s: %v", key, row)
		}
	}
	some := all[0]
	april := jpdate.New(2026, 4, 1)
	_, err = o.Enter(t.Context(), o.who, setting.Proposal{Title: "標準運用値", Rest: setting.RestOurs}, setting.Decision{Number: "港総第1号", On: jpdate.New(2026, 3, 1), From: april})
	if err != nil {
		t.Fatal(err)
	}
	if row := o.settings("", http.StatusOK)[some.Key()]; row["state"] != "proposed" || row["coming"].([]any)[0].(map[string]any)["from"] != "2026-04-01" {
		t.Errorf("%v", row)
	}
	if row := o.settings("?on=R8.4.1", http.StatusOK)[some.Key()]; row["state"] != "decided" || row["decision"].(map[string]any)["number"] != "港総第1号" {
		t.Errorf("%v", row)
	}
	for key := range o.settings("?owner="+some.Owner, http.StatusOK) {
		if key == "" || len(before) == 1 {
			t.Error(key)
		}
	}
	o.settings("?on=someday", http.StatusBadRequest)
	o.settings("?after=nothing", http.StatusBadRequest)
}
