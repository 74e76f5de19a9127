package pages

import (
	"encoding/base64"
	"strings"
	"testing"

	"kopilka/internal/browsertest"
)

const importedFile = "ФИО;Телефон;Пол;Прочее\n" +
	"Загруженная Анна;8 916 000-88-01;ж;=1+1\nЗагруженный Олег;8 916 000-88-02;муж;x\nКривой;12345;;\nЗагруженная Снова;89160008801;;\nСтранный;8 916 000-88-05;третий;\n"

// upload chooses a file of a form, as a person does with his mouse, and sends it.
func upload(p *browsertest.Page, name, content string) {
	p.Get(`(() => {
		const bytes = Uint8Array.from(atob("`+base64.StdEncoding.EncodeToString([]byte(content))+`"), c => c.charCodeAt(0)), list = new DataTransfer();
		list.items.add(new File([bytes], "`+name+`"));
		const i = document.querySelector("#file"); i.files = list.files; i.dispatchEvent(new Event("change", {bubbles: true}));
	})()`, nil)
	p.Get(`document.querySelector("form[enctype] button[type=submit]").click()`, nil)
}

// ready is when a page does not follow anything any more.
const ready = `!document.querySelector("#progress") && `

// TestImportInTheConsole: a file is sent, its columns are guessed and told, it is
// looked over with nothing written, begun, and told of row by row, as files too; a
// file that is none is told of; what was done is in the trail.
func TestImportInTheConsole(t *testing.T) {
	t.Parallel()
	b := browsertest.Start(t)
	s := start(t)
	p := console(t, b, s.url, browsertest.Look{Width: 1440, Height: 900, Lang: "ru"})
	p.Go(s.url + "/admin/members")
	p.Click("link", "Загрузить из файла")
	p.Wait(`document.body.innerText.includes("Файлов ещё не загружали")`)

	// What is no table is told of where it is chosen.
	p.Forgive("422")
	upload(p, "x.pdf", "%PDF-1.7")
	p.Wait(`document.querySelector("#file[aria-invalid]") && document.querySelector("#file-error").innerText.includes("PDF")`)
	p.Accessible()
	p.Shot("import-wrong")

	upload(p, "клиенты.csv", importedFile)
	p.Wait(ready + `document.querySelector("#c3")`)
	var guessed string
	p.Get(`["c0", "c1", "c2", "c3"].map(c => document.getElementById(c).value).join()`, &guessed)
	if guessed != "full_name,phone,sex," {
		t.Errorf("guessed %s", guessed)
	}
	p.Get(`document.querySelector("#c3").value = "phone"`, nil)
	p.Click("button", "Дальше: проверить")
	p.Wait(`document.querySelector("#c3[aria-invalid]") && document.querySelector("#c3").value === "phone"`)
	p.Accessible()
	p.Shot("import-columns-wrong")
	p.Get(`document.querySelector("#c3").value = ""`, nil)
	p.Click("button", "Дальше: проверить")
	p.Wait(ready + `document.querySelector(".stats")?.innerText.includes("Будет новых участников") && document.querySelector("tbody").innerText.match(/Строка 4\s+Телефон/)`)
	p.Go(s.url + "/admin/members?q=Загруженн")
	p.Wait(drawn + ` && !document.querySelector("#list tbody tr")`)
	p.Get(`history.back()`, nil)
	p.Wait(ready + `document.querySelector("form[action$='/begin']")`)
	p.Click("button", "Загрузить 2 участников")
	p.Wait(ready + `document.querySelector(".stats")?.innerText.includes("Новых участников") && document.body.innerText.includes("«третий» не читается")`)
	p.Accessible()
	var file string
	p.Get(`fetch(document.querySelector("a[href$='as=csv']").href).then(r => r.text())`, &file)
	for _, want := range []string{"2,,новый участник,,", "4,Телефон,не принято,importer.identifier,", "5,,уже есть,importer.twice,", "6,Пол,не принято,importer.sex,"} {
		if !strings.Contains(file, want) {
			t.Errorf("%q is not in %s", want, file)
		}
	}
	p.Get(`fetch(document.querySelector("a[href$='as=xlsx']").href).then(r => r.text())`, &file)
	if !strings.HasPrefix(file, "PK") {
		t.Errorf("the workbook begins with %.20q", file)
	}
	p.Go(s.url + "/admin/members?q=Загруженн")
	p.Wait(drawn + ` && document.querySelectorAll("#list tbody tr").length === 2`)
	p.Go(s.url + "/admin/audit?q=intake")
	p.Wait(`document.body.innerText.includes("Загрузка участников закончена")`)
}

// TestImportLooks: an import in each of its states fits and can be used by
// everybody, in every look.
func TestImportLooks(t *testing.T) {
	t.Parallel()
	b := browsertest.Start(t)
	s := start(t)
	for _, look := range looks() {
		t.Run(look.Name(), func(t *testing.T) {
			p := console(t, b, s.url, look)
			seen := func(name string) {
				p.Wait(drawn)
				p.Fits()
				p.Accessible()
				p.Shot("import-" + name)
			}
			drop := func() {
				p.Get(`document.querySelector("[data-dialog=stop]").click()`, nil)
				p.Wait(`document.querySelector("#stop").open && document.querySelector("#stop").getAnimations().length === 0`)
				p.Get(`document.querySelector("#stop form button[type=submit]").click()`, nil)
				p.Wait(`!document.querySelector("#stop") && document.querySelector(".done")`)
			}
			p.Go(s.url + "/admin/members/import")
			seen("new")
			upload(p, "broken.xlsx", "PK\x03\x04nothing")
			p.Wait(ready + `document.querySelector(".alert-bad")`)
			seen("broken")
			drop()
			p.Go(s.url + "/admin/members/import")
			upload(p, strings.Repeat("очень-длинное-имя-", 6)+".csv", importedFile+strings.Repeat("Длинная-Фамилия-Без-Единого-Пробела", 3)+";1;;"+strings.Repeat("x", 300)+"\n")
			p.Wait(ready + `document.querySelector("#c3")`)
			p.Get(`document.querySelector("details.more").open = true`, nil)
			seen("columns")
			p.Get(`document.querySelector("form[action$='/columns'] button[type=submit]").click()`, nil)
			p.Wait(ready + `document.querySelector(".stats")`)
			seen("looked")
			drop()
			seen("dropped")
			p.Go(s.url + "/admin/members/import")
			seen("list")
		})
	}
}
