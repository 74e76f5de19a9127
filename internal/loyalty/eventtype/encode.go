package eventtype

import (
	"encoding/base64"
	"encoding/json"
	"strconv"
)

// AppendJSON appends the batch as JSON, as json.Marshal would write it but for
// less: every receipt has one.
func (b *Batch) AppendJSON(dst []byte) ([]byte, error) {
	dst = append(dst, `{"e":[`...)
	for i := range b.Events {
		if i > 0 {
			dst = append(dst, ',')
		}
		var err error
		if dst, err = b.Events[i].appendJSON(dst); err != nil {
			return nil, err
		}
	}
	dst = append(dst, `],"h":[`...)
	for i := range b.Heads {
		h := &b.Heads[i]
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(dst, `{"h":"`...)
		dst = strconv.AppendInt(dst, int64(h.Home), 10)
		dst = append(dst, `","s":`...)
		dst = strconv.AppendInt(dst, h.Seq, 10)
		dst = append(dst, `,"x":"`...)
		dst = base64.StdEncoding.AppendEncode(dst, h.Hash)
		dst = append(dst, `"}`...)
	}
	return append(dst, `]}`...), nil
}

func (e *Event) appendJSON(dst []byte) ([]byte, error) {
	day, err := json.Marshal(e.Day)
	if err != nil {
		return nil, err
	}
	kind, err := json.Marshal(e.Kind)
	if err != nil {
		return nil, err
	}
	num := func(name string, v int64) {
		if v != 0 {
			dst = strconv.AppendInt(append(dst, name...), v, 10)
		}
	}
	text := func(name string, v int64) {
		if v != 0 {
			dst = append(strconv.AppendInt(append(append(dst, name...), '"'), v, 10), '"')
		}
	}
	dst = append(append(dst, `{"k":`...), kind...)
	text(`,"h":`, int64(e.Home))
	dst = strconv.AppendInt(append(dst, `,"s":`...), e.Seq, 10)
	text(`,"o":`, int64(e.Op))
	dst = strconv.AppendInt(append(dst, `,"t":`...), int64(e.At), 10)
	if e.Day != "" {
		dst = append(append(dst, `,"d":`...), day...)
	}
	text(`,"u":`, int64(e.Outlet))
	text(`,"p":`, int64(e.Programme))
	if e.Member {
		dst = append(dst, `,"m":true`...)
	}
	num(`,"g":`, int64(e.Gross))
	num(`,"c":`, int64(e.Discount))
	num(`,"b":`, int64(e.Paid))
	num(`,"a":`, int64(e.Money))
	num(`,"wh":`, int64(e.Withheld))
	num(`,"x":`, int64(e.Spent))
	num(`,"e":`, int64(e.Earned))
	num(`,"z":`, int64(e.Expired))
	num(`,"y":`, int64(e.Active))
	if e.Recorded {
		dst = append(dst, `,"v":true`...)
	}
	text(`,"j":`, int64(e.Purchase))
	text(`,"i":`, int64(e.Of))
	text(`,"of":`, int64(e.Whose))
	if e.Last {
		dst = append(dst, `,"l":true`...)
	}
	if e.Part {
		dst = append(dst, `,"r":true`...)
	}
	for _, x := range [...]struct{ name, text string }{{`,"f":`, e.From}, {`,"n":`, e.To}, {`,"w":`, e.Cause}} {
		if x.text == "" {
			continue
		}
		quoted, err := json.Marshal(x.text)
		if err != nil {
			return nil, err
		}
		dst = append(append(dst, x.name...), quoted...)
	}
	num(`,"un":`, int64(e.Until))
	text(`,"q":`, int64(e.Cashier))
	text(`,"dp":`, int64(e.Deposit))
	if len(e.Acts) > 0 {
		quoted, err := json.Marshal(e.Acts) // few receipts have any
		if err != nil {
			return nil, err
		}
		dst = append(append(dst, `,"cs":`...), quoted...)
	}
	return append(dst, '}'), nil
}
