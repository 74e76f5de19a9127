package mail

import (
	"html/template"
	"strings"

	"kopilka/internal/platform/i18n"
)

// Page is what a letter's HTML is made of: the words of its text, so that both
// say the same.
type Page struct {
	Lang    i18n.Lang
	House   string // whose letter it is
	Subject string
	Text    string // paragraphs, with an empty line between them
	Link    string // the paragraph that is this alone becomes a button
	Button  string // what is on it
}

// The colours are those of the console in the light; mail programs know no
// variables and few selectors, so each element says its own.
var letterHTML = template.Must(template.New("letter").Parse(`<!DOCTYPE html>
<html lang="{{.Lang}}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{{.Subject}}</title></head>
<body style="margin:0;padding:24px 12px;background:#f5f4f0;color:#1d1c19;font:16px/1.5 'Golos Text',Arial,sans-serif">
<div style="max-width:520px;margin:0 auto;padding:28px;background:#ffffff;border:1px solid #e5e2da;border-radius:12px">
<p style="margin:0 0 20px;color:#5f5b52;font-size:14px">{{.House}}</p>
{{range .Parts}}{{if .Link}}<p style="margin:0 0 12px"><a href="{{.Text}}" style="display:inline-block;padding:12px 20px;border-radius:8px;background:#0b6b62;color:#ffffff;font-weight:600;text-decoration:none">{{$.Button}}</a></p>
<p style="margin:0 0 16px;font-size:13px;color:#5f5b52;word-break:break-all">{{.Text}}</p>
{{else}}<p style="margin:0 0 16px">{{.Text}}</p>
{{end}}{{end}}</div></body></html>
`))

// part is a paragraph.
type part struct {
	Text string
	Link bool
}

// HTML makes the page of a letter. What is written into it is text, whatever
// it looks like.
func HTML(p Page) string {
	var parts []part
	for s := range strings.SplitSeq(p.Text, "\n\n") {
		if s = strings.TrimSpace(s); s != "" {
			parts = append(parts, part{s, s == p.Link})
		}
	}
	var out strings.Builder
	// A builder takes all, and the template knows its fields: it can't fail.
	_ = letterHTML.Execute(&out, struct {
		Page
		Parts []part
	}{p, parts})
	return out.String()
}
