package cashier

import (
	"context"
	"net/http"

	"kopilka/internal/edge/ui"
	"kopilka/internal/loyalty/purchase"
	"kopilka/internal/platform/i18n"
)

// words are what the page's script says, in the reader's language.
type words struct {
	Texts  map[string]string
	Locale string
	Camera string
	Judge  string // the address of what judges with no network
}

// said are the names of the script's texts: pos.say.<name>.
var said = []string{
	"online", "offline", "queued", "offline-about", "offline-goods",
	"points-one", "points-few", "points-many", "points-on",
	"not-found", "register", "open-taken", "bad-amount", "price-of", "sum-line", "no-goods", "bad-quantity", "not-found-any", "not-found-alone",
	"can-spend", "why-rule", "why-all", "why-none", "why-offline", "why-offline-none", "spend-more", "spend-nobody",
	"no-member", "with-member", "offline-sale", "offline-judged", "offline-codes", "discount-by", "will-earn", "if-recorded",
	"lines", "goods", "discount", "by-points", "less", "more", "drop-line",
	"card", "activate", "new-card", "secret-is", "card-issued",
	"sold", "sold-offline", "tell", "level-now", "code-won", "receipt-no", "paid-card", "paid-cash", "paid-sbp", "paid-mixed", "paid-money", "paid-certificate", "paid-deposit", "paid-pushkin",
	"changed", "cash-due", "cash-change", "cash-short", "cash-much", "cash-exact", "paper-got", "paper-change", "mixed-left", "mixed-sum", "other",
	"prove-about", "prove-qr", "prove-secret", "prove-unsent", "prove-digits", "prove-qr-other", "prove-qr-bad", "missed-price", "sent-to",
	"shift-sales", "shift-money", "shift-discount", "shift-spent", "shift-earned", "shift-refunds", "shift-mine", "shift-short",
	"receipt-none", "receipts-member", "receipts-newest", "refunded", "part-refunded", "no-member-receipt", "refund-of", "refund-left", "refund-done", "refund-nothing", "refund-kept", "nothing-to-pay", "refund-come", "refund-come-whole", "refund-keeps", "refund-gives", "refund-takes", "refund-given", "refund-taken", "refund-offline",
	"of-receipt", "refund-not-done", "refund-unknown", "registered-late", "refund-doubt", "claim-unknown", "secret-late", "till-was-locked", "register-not-done", "register-unknown", "card-unknown", "settings-locked",
	"claim-first", "claim-about", "claim-done", "claim-whom", "claim-nobody", "receipt-q", "refund-not-here",
	"queue-empty", "queue-waits", "queue-problem", "queue-told", "differs", "flagged", "told", "code-untaken", "code-unread",
	"starting", "member-changed", "register-card", "goods-phone",
	"looking", "typed-left", "missed-left", "missed-what", "put-away", "not-known-alone", "good-alone", "as-card", "due-changed", "not-payable", "many-goods", "many-members", "which", "go-on", "claim-to", "refund-left-part", "offline-most",
	"to-see", "bad-points", "bad-count", "asking", "for-next", "prove-again", "while-paid", "show-again", "typed-late", "counting", "price-first", "offline-points", "not-checked", "not-card-alone", "confirm-about", "pin-needed", "prove-title", "confirm-title", "bad-much", "mixed-over", "mixed-all", "shift-left",
	"network", "two-tabs-title", "two-tabs", "start-failed",
	"camera-denied", "camera-none", "camera-insecure", "camera-failed",
	"member-balance", "no-cashiers", "paper-title", "paper-cashier", "paper-paid", "paper-total", "paper-thanks", "paper-refund", "paper-left", "none-card", "no-texts", "consent-needed", "needed", "bad-date",
}

// helpKeys are the workplace's keys, as its help lists them.
var helpKeys = []struct{ key, text string }{
	{"F2", "scan"},
	{"Shift F2", "register"},
	{"F3", "item"},
	{"Shift F3", "code"},
	{"↑ ↓", "line"},
	{"+ −", "quantity"},
	{"Del", "drop"},
	{"F2, Del", "forget"},
	{"Shift F6", "activate"},
	{"Shift F7", "new-card"},
	{"F4", "receipts"},
	{"Shift F9", "queue"},
	{"Shift F4", "shift"},
	{"F6", "spend"},
	{"F7", "most"},
	{"F8", "card"},
	{"F9", "cash"},
	{"F9, F9", "exact"},
	{"F10", "sbp"},
	{"Shift F8", "mixed"},
	{"Enter", "enter"},
	{"F12", "print"},
	{"Esc", "esc"},
	{"Ctrl L", "lock"},
	{"F1", "help"},
	{"Shift F1", "settings"},
}

// banknotes are those that are at hand where cash is taken, in rubles.
var banknotes = []int{500, 1000, 2000, 5000}

// open are the names of what the script puts into its texts.
var open = func() (args []any) {
	for _, name := range []string{
		"at", "code", "count", "flags", "how", "kind", "level", "most", "name", "noun", "number", "odd", "points", "quantity", "secret", "sum", "text", "to", "waits", "was", "what", "who", "words",
	} {
		args = append(args, name, "{{."+name+"}}")
	}
	return args
}()

// flags are what the program may say of a receipt that was told later.
var flags = []string{
	purchase.FlagDebt, purchase.FlagNoMember, purchase.FlagBuyer, purchase.FlagOverLimit, purchase.FlagLate, purchase.FlagTooLate, purchase.FlagCode,
	purchase.FlagAhead, purchase.FlagProof, purchase.FlagOffline, purchase.FlagAbove, purchase.FlagCashier, purchase.FlagTicket, purchase.FlagFiscal,
	purchase.FlagFiscalSum, purchase.FlagSession, purchase.FlagPushkin, purchase.FlagCancelled, purchase.FlagUnmatched, purchase.FlagAnonymous, purchase.FlagEarly, purchase.FlagPayments,
}

func wordsOf(ctx context.Context) *words {
	texts := make(map[string]string, len(said))
	for _, name := range said {
		texts[name] = ui.T(ctx, "pos.say."+name, open...)
	}
	for _, flag := range flags {
		texts["flag-"+flag] = ui.T(ctx, "admin.receipt.flag-"+flag)
	}
	w := &words{Texts: texts, Locale: "ru-RU", Camera: ui.Camera(), Judge: judgeAddress()}
	if ui.Of(ctx).Lang == i18n.EN {
		w.Locale = "en-GB"
	}
	return w
}

// page is the workplace itself: the same for every till and cashier.
func (c *Cashier) page(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Language", string(ui.Of(r.Context()).Lang))
	if err := workplace(wordsOf(r.Context())).Render(r.Context(), w); err != nil {
		c.Log.WarnContext(r.Context(), "a page was not sent", "error", err)
	}
}

// worker is the script that keeps the page in the browser, with the addresses of
// this version of its files.
func (c *Cashier) worker(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Service-Worker-Allowed", Base) // also without its last slash
	script(w, ui.TillWorker(append([]string{Base + "/", judgeAddress()}, ui.TillFiles()...)))
}

// judgeAddress is under the workplace's own path: only what is there is kept in the
// browser by its worker. It names its version.
func judgeAddress() string { return Base + "/judge.js?v=" + ui.TillVersion() }

// judge is the script that judges where there is no network.
func (c *Cashier) judge(w http.ResponseWriter, _ *http.Request) {
	ui.AllowPrograms(w)
	script(w, ui.TillJudge())
}

func script(w http.ResponseWriter, text string) {
	w.Header().Set("Content-Type", "text/javascript; charset=utf-8")
	_, _ = w.Write([]byte(text)) // whoever asked may have gone
}

// titled is a text with the key that does the same.
func titled(text, key string) string {
	if key == "" {
		return text
	}
	return text + " (" + key + ")"
}

// point is what parts the hundredths of a number.
func point(ctx context.Context) string {
	if ui.Of(ctx).Lang == i18n.EN {
		return "."
	}
	return ","
}

// otherLang is the language that the page is not in.
func otherLang(ctx context.Context) string {
	if ui.Of(ctx).Lang == i18n.EN {
		return string(i18n.RU)
	}
	return string(i18n.EN)
}
