package verify_test

import (
	"fmt"

	"kopilka/internal/loyalty/verify"
)

// trailHarms change what was changed by whom; the shop was made by saves that
// are all in the trail.
func trailHarms() []harm {
	of := func(change string) func(s *shop) (string, string) {
		return func(s *shop) (string, string) {
			s.exec("update audit set " + change + " where seq = 2")
			return "audit", "seq=2"
		}
	}
	end := func(q string, beyond int64) func(s *shop) (string, string) {
		return func(s *shop) (string, string) {
			last := s.one(`select max(seq) from audit`)
			s.exec(q, last)
			return "audit", fmt.Sprintf("seq=%d", last+beyond)
		}
	}
	trail := []verify.Invariant{verify.AuditTrail}
	return []harm{
		{"another did it", of("actor_name = 'Somebody'"), trail},
		{"something else came of it", of("after_doc = '{}'"), trail},
		{"at another time", of("at = at + 1"), trail},
		{"a row is gone", func(s *shop) (string, string) {
			s.exec("delete from audit where seq = 2")
			return "audit", "seq=3"
		}, trail},
		{"the last row is gone", end("delete from audit where seq = $1", 0), trail},
		{"the end says that there are more", end("update audit_head set seq = $1 + 1", 1), trail},
		{"a row was added", end("insert into audit select $1 + 1, at, actor_kind, actor_id, actor_name, address, agent, action, target_kind, target, before_doc, after_doc, hash, search_folded from audit where seq = $1", 1), trail},
	}
}
