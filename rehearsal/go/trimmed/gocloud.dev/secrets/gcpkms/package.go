// Package gcpkms is left out but for what its one caller names: its credentials are refused first.
package gcpkms

import (
	"context"
	"errors"
	"net/url"

	"gocloud.dev/secrets"
	"golang.org/x/oauth2"
)

// Scheme of a key's address.
const Scheme = "gcpkms"

var errLeftOut = errors.New("this pulumi was built without Google Cloud")

// Client of the key service.
type Client struct{}

// Dial refuses.
func Dial(context.Context, oauth2.TokenSource) (*Client, func(), error) {
	return nil, nil, errLeftOut
}

// URLOpener opens no key.
type URLOpener struct{ Client *Client }

// OpenKeeperURL refuses.
func (*URLOpener) OpenKeeperURL(context.Context, *url.URL) (*secrets.Keeper, error) {
	return nil, errLeftOut
}
