package admin

import (
	"slices"
	"strconv"
	"strings"
	"testing"

	"kopilka/internal/loyalty/staff"
)

// TestEveryPermissionIsInAGroup: a permission that is in no group of the roles'
// page could be given to nobody, one in two would be ticked twice.
func TestEveryPermissionIsInAGroup(t *testing.T) {
	t.Parallel()
	var all []staff.Permission
	for _, g := range permissionGroups() {
		all = append(all, g.all...)
	}
	want := staff.Permissions()
	slices.Sort(all)
	slices.Sort(want)
	if !slices.Equal(all, want) {
		t.Errorf("groups have %v, there are %v", all, want)
	}
}

// TestQR: the code has its three corners, and what is drawn stays within it.
func TestQR(t *testing.T) {
	t.Parallel()
	size, path, err := qrPath("otpauth://totp/Kopilka:anna@example.org?secret=JBSWY3DPEHPK3PXP&issuer=Kopilka")
	if err != nil || size < 21 || (size-17)%4 != 0 {
		t.Fatalf("%v: %d squares", err, size)
	}
	// The upper edge of two corners, and of the third, seven squares each.
	for _, part := range []string{"M0 0h7v1h-7z", "M" + strconv.Itoa(size-7) + " 0h7v1h-7z", "M0 " + strconv.Itoa(size-7) + "h7v1h-7z"} {
		if !strings.Contains(path, part) {
			t.Errorf("no %s in %s", part, path)
		}
	}
	if _, _, err := qrPath(strings.Repeat("x", 5000)); err == nil {
		t.Error("a text that no code holds has one")
	}
}

// TestOnward: after a proof the reader goes on in the console, and is not asked
// again.
func TestOnward(t *testing.T) {
	t.Parallel()
	for to, want := range map[string]string{
		"/admin/people?q=a": "/admin/people?q=a", "": "/admin", "//evil.example/admin": "/admin", "https://evil.example/admin": "/admin",
		"/admin/confirm": "/admin", "/adminx": "/admin", "/admin\\evil": "/admin",
	} {
		if got := onward(to); got != want {
			t.Errorf("%q: %q, want %q", to, got, want)
		}
	}
}
