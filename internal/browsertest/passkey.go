package browsertest

import (
	"context"

	"github.com/chromedp/cdproto/webauthn"
	"github.com/chromedp/chromedp"
)

// SecurityKey puts a device into the page's browser that keeps passkeys and is
// touched by its holder whenever it is asked. What it gives makes it know or not
// know him: by a finger, a face, a PIN.
func (p *Page) SecurityKey() (knows func(bool)) {
	p.t.Helper()
	var device webauthn.AuthenticatorID
	p.step("a security key", webauthn.Enable(), chromedp.ActionFunc(func(ctx context.Context) (err error) {
		device, err = webauthn.AddVirtualAuthenticator(&webauthn.VirtualAuthenticatorOptions{
			Protocol: webauthn.AuthenticatorProtocolCtap2, Transport: webauthn.AuthenticatorTransportInternal,
			HasResidentKey: true, HasUserVerification: true, IsUserVerified: true, AutomaticPresenceSimulation: true,
		}).Do(ctx)
		return err
	}))
	return func(yes bool) {
		p.t.Helper()
		p.step("whether the security key knows its holder", webauthn.SetUserVerified(device, yes))
	}
}
