package admin

import (
	"net/http"
	"strings"

	"kopilka/internal/platform/fault"
)

// overtaken tells where the reader is led, and what he is told there, whose page was
// open while what it was of was done, dropped or turned off elsewhere; "": nowhere.
func (p *page) overtaken(err error) (path, done string) {
	at := func(base, param, behind, done string) (string, string) {
		i, wrong := p.param(param)
		if wrong != nil {
			return "", ""
		}
		return base + "/" + i.String() + behind, done
	}
	switch code := fault.From(err).Code; {
	case code == "programme.no-draft":
		return at(programmesPath, "programme", "", "not-draft-gone")
	case code == "webhook.delivery-not-found":
		return at(webhooksPath, "webhook", "", "not-webhook-gone")
	case code == "approval.decided", code == "approval.run-out", code == "approval.gone":
		return approvalsPath, "not-" + strings.Replace(code, ".", "-", 1)
	case p.r.Method != http.MethodPost:
		return "", ""
	case code == "programme.no-part":
		return at(programmesPath, "programme", "/draft", "not-draft-moved")
	case code == "programme.plan-gone":
		return at(programmesPath, "programme", "", "not-plan-gone")
	case code == "bulk.begun":
		return at(bulkPath, "action", "", "not-bulk-begun")
	case code == "intake.moved":
		return at(importPath, "intake", "", "not-import-moved")
	case code == "webhook.off":
		return at(webhooksPath, "webhook", "", "not-webhook-off")
	}
	return "", ""
}
